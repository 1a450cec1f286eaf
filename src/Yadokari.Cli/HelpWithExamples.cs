using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace Yadokari.Cli;

/// <summary>The usual help, followed by what the command gave as its further text (examples, exit status).</summary>
public sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    private const string ExitStatuses =
        """
        Exit status:
          0 done   1 failed   2 wrong usage   3 the job has obstacles (each is listed)
          4 no such job, host or file   5 the target refused

        """;

    private static readonly ConditionalWeakTable<Command, string> Texts = [];

    public override bool ClearsParseErrors => true;

    /// <summary>Sets the text that follows the usual help of a command.</summary>
    public static void SetText(Command command, string text) => Texts.Add(command, text);

    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        Command command = parseResult.CommandResult.Command;
        TextWriter output = parseResult.InvocationConfiguration.Output;
        if (Texts.TryGetValue(command, out string? text))
        {
            output.WriteLine(text.TrimEnd());
            output.WriteLine();
        }

        if (command is RootCommand)
        {
            output.WriteLine(ExitStatuses.TrimEnd());
        }

        return ExitStatus.Done;
    }
}
