using System.CommandLine;
using System.CommandLine.Parsing;

namespace Yadokari.Cli;

/// <summary>A program and its arguments, the last thing on a command line: what follows the program's name is the program's
/// own and reaches it as it was typed. <see cref="ProgramLine"/> marks these words before the line is parsed; here the marks go.</summary>
public sealed class ProgramArgument : Argument<string[]>
{
    public ProgramArgument(string name)
        : base(name)
    {
        CaptureRemainingTokens = true;
        CustomParser = result => [.. result.Tokens.Select(Unmark)];
    }

    /// <summary>What no parser takes for an option, a response file or the end of the options.</summary>
    internal static string Mark(string word) => "\u0001" + word;

    private static string Unmark(Token token) => token.Value.StartsWith('\u0001') ? token.Value[1..] : token.Value;
}
