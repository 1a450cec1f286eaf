using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace Yadokari.Cli;

/// <summary>The usual help, followed by what the command gave as its further text (examples, exit status).</summary>
public sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    private static readonly ConditionalWeakTable<Command, string> Texts = [];

    public override bool ClearsParseErrors => true;

    /// <summary>Sets the text that follows the usual help of a command.</summary>
    public static void SetText(Command command, string text) => Texts.Add(command, text);

    /// <summary>That text; empty when there is none.</summary>
    public static string TextOf(Command command) => Texts.TryGetValue(command, out string? text) ? text : "";

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
            output.WriteLine("Exit status:");
            foreach ((int Status, string Meaning)[] line in ExitStatus.Meanings.Chunk(4))
            {
                output.WriteLine("  " + string.Join("   ", line.Select(s => $"{s.Status} {s.Meaning}")));
            }
        }

        return ExitStatus.Done;
    }
}
