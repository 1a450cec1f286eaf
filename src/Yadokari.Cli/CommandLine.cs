using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Yadokari.Cli.Commands;

namespace Yadokari.Cli;

/// <summary>The whole command line: which commands there are, how they are parsed and how they end.</summary>
public static class CommandLine
{
    /// <summary>In the order in which help lists them.</summary>
    private static readonly (string Name, Func<Command> Create)[] Commands =
    [
        ("run", RunCommand.Create),
        ("attach", AttachCommand.Create),
        ("ps", PsCommand.Create),
        ("hosts", HostsCommand.Create),
        ("top", TopCommand.Create),
        ("web", WebCommand.Create),
        ("policy", PolicyCommand.Create),
        ("owner", OwnerCommand.Create),
        ("move", MoveCommand.Create),
        ("check", CheckCommand.Create),
        ("drain", DrainCommand.Create),
        ("undrain", UndrainCommand.Create),
        ("adopt", AdoptCommand.Create),
        ("checkpoint", CheckpointCommand.Create),
        ("resume", ResumeCommand.Create),
        ("explain", ExplainCommand.Create),
        ("inspect", InspectCommand.Create),
        ("wait", WaitCommand.Create),
        ("logs", LogsCommand.Create),
        ("kill", KillCommand.Create),
        ("signal", SignalCommand.Create),
        ("rm", RmCommand.Create),
        ("prune", PruneCommand.Create),
        ("host", HostCommand.Create),
        ("cluster", ClusterCommand.Create),
        ("doctor", DoctorCommand.Create),
        ("slurm", SlurmCommand.Create),
        ("lab", LabCommand.Create),
        ("demo", DemoCommand.Create),
        ("carry", CarryCommand.Create),
        ("completions", CompletionsCommand.Create),
        ("complete", CompletionsCommand.CreateComplete),
        ("man", ManCommand.Create),
    ];

    /// <summary>With every command.</summary>
    public static RootCommand Build()
    {
        RootCommand root = With(Commands);
        root.Add(HelpCommand.Create(root));
        return root;
    }

    /// <summary>With what a line needs: to make all commands, with what each says of itself, takes longer than most of them.</summary>
    internal static RootCommand BuildFor(string[] line) => line switch
    {
        ["--version"] => With([]),
        [var first, ..] when Array.FindIndex(Commands, command => command.Name == first) is >= 0 and var index => With([Commands[index]]),
        _ => Build(),
    };

    private static RootCommand With(ReadOnlySpan<(string Name, Func<Command> Create)> commands)
    {
        RootCommand root = new("Moves running Linux processes from host to host.");
        foreach ((string _, Func<Command> create) in commands)
        {
            root.Add(create());
        }

        root.Add(CommonOptions.Verbose);
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Runs one command line to its end and returns the exit status.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        PlainWriter.Install();
        RootCommand root = BuildFor(arguments);
        ParseResult parsed;
        try
        {
            // No word is a file of further words (@file): names may begin with @.
            parsed = root.Parse(ProgramLine.Protect(root, arguments), new ParserConfiguration { ResponseFileTokenReplacer = null });
        }
        catch (CommandFailure failure)
        {
            Console.Error.WriteLine($"yado: {failure.Message}; see 'yado --help'");
            return failure.Status;
        }
        catch (InvalidOperationException failure)
        {
            // A check of one value that can't be read is made all the same, and throws what is wrong with it.
            Console.Error.WriteLine($"yado: {failure.Message.TrimEnd('.')}; see 'yado --help'");
            return ExitStatus.WrongUsage;
        }

        if (parsed.Action is ParseErrorAction)
        {
            return WrongUsage(root, parsed);
        }

        InvocationConfiguration configuration = new()
        {
            EnableDefaultExceptionHandler = false,
            Output = new PlainWriter(PlainWriter.RawOutput, keepLines: true), // help
            // Commands that must clean up on Ctrl-C say so themselves (Interruption); all others just die.
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (Exception failure)
        {
            ErrorReport report = ErrorReport.Of(failure);
            report.Print(failure, parsed.GetValue(CommonOptions.Verbose));
            return report.Status;
        }
    }

    private static int WrongUsage(RootCommand root, ParseResult parsed)
    {
        string path = string.Join(' ', PathOf(parsed));
        if (parsed.Tokens.Count == 0)
        {
            Console.Error.WriteLine("yado: no command given; 'yado --help' lists them");
        }
        else
        {
            // Of several errors the unknown word explains the others.
            string message = (parsed.UnmatchedTokens is [string word, ..]
                ? $"unknown command or argument '{word}'{NearWord.Hint(word, KnownWords(parsed.CommandResult.Command))}"
                : string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))).TrimEnd('.');
            Console.Error.WriteLine($"yado: {message}; see '{path} --help'");
        }

        return ExitStatus.WrongUsage;
    }

    /// <summary>What could stand there: commands, or options where the word begins like one.</summary>
    private static IEnumerable<string> KnownWords(Command command) =>
    [
        .. command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name),
        .. command.Options.Where(o => !o.Hidden).Select(o => o.Name),
    ];

    private static IEnumerable<string> PathOf(ParseResult parsed)
    {
        Stack<string> names = new();
        for (System.CommandLine.Parsing.SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
        {
            if (at is System.CommandLine.Parsing.CommandResult command)
            {
                names.Push(command.Command is RootCommand ? "yado" : command.Command.Name);
            }
        }

        return names;
    }
}
