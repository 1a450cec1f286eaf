using System.CommandLine;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado help COMMAND</c>: what <c>yado COMMAND --help</c> says.</summary>
public static class HelpCommand
{
    private static readonly Argument<string[]> Words = new("COMMAND")
    {
        Description = "A command, and one of its own; all are listed when left out",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Command Create(RootCommand root)
    {
        Command command = new("help", "Explain a command") { Words };
        command.SetAction(async (parsed, cancel) =>
        {
            Command at = root;
            string[] words = parsed.GetValue(Words) ?? [];
            foreach (string word in words)
            {
                at = at.Subcommands.FirstOrDefault(c => c.Name == word) ?? throw new CommandFailure(
                    ExitStatus.WrongUsage, $"unknown command '{word}'{NearWord.Hint(word, at.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}; see 'yado --help'");
            }

            return await root.Parse([.. words, "--help"]).InvokeAsync(parsed.InvocationConfiguration, cancel);
        });
        HelpWithExamples.SetText(command,
            """
            Examples:
              yado help move
              yado help lab up
            """);
        return command;
    }
}
