using System.CommandLine;
using Yadokari.Cli.Completion;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado completions SHELL</c>, and <c>yado complete</c>, which what it prints calls.</summary>
public static class CompletionsCommand
{
    private static readonly Argument<string> Shell = new("SHELL") { Description = "bash, zsh or fish" };

    private static readonly ProgramArgument Words = new("WORDS")
    {
        Description = "What was typed after yado; the last word is the one to complete",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Command Create()
    {
        Shell.AcceptOnlyFromAmong([.. ShellScripts.All.Keys]);
        Command command = new("completions", "Print what makes a shell complete yado's command lines") { Shell };
        command.SetAction(parsed => Console.Write(ShellScripts.All[parsed.GetRequiredValue(Shell)]));
        HelpWithExamples.SetText(command,
            """
            Names of jobs and hosts are those that the daemon tells at that moment; none is started for it.

            Examples:
              source <(yado completions bash)                                      in ~/.bashrc
              yado completions zsh >~/.zfunc/_yado                                 a directory of $fpath
              yado completions fish >~/.config/fish/completions/yado.fish
            """);
        return command;
    }

    /// <summary>Not for people.</summary>
    public static Command CreateComplete()
    {
        Command command = new("complete", "Print what could complete a command line") { Words };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            foreach (Candidate candidate in new Completer(CommandLine.Build(), new DaemonNames()).Complete(parsed.GetValue(Words) ?? []))
            {
                Console.Write($"{candidate.Word}\t{candidate.Says}\n");
            }
        });
        return command;
    }
}
