using System.CommandLine;
using Yadokari.Protocol.Streams;

namespace Yadokari.Cli.Streams;

/// <summary>What commands that show a job's terminal have in common.</summary>
public static class TerminalOptions
{
    private const int UsualRows = 24;
    private const int UsualColumns = 80;

    /// <summary>A terminal that nobody has seen yet.</summary>
    public static RelayedTerminal Unseen { get; } = new() { Rows = UsualRows, Columns = UsualColumns };

    public static Option<DetachKeys> Keys() => new("--detach-keys")
    {
        Description = "Keys that leave the job's terminal: ctrl-X or a character each, with commas between; '' for none",
        HelpName = "KEYS",
        DefaultValueFactory = _ => DetachKeys.Parse(DetachKeys.Usual)!,
        CustomParser = result =>
        {
            DetachKeys? keys = DetachKeys.Parse(result.Tokens[0].Value);
            if (keys is null)
            {
                result.AddError($"'{result.Tokens[0].Value}' are no keys: give e.g. ctrl-a,d");
            }

            return keys;
        },
    };
}
