using System.Text;
using Yadokari.Engine;

namespace Yadokari.Cli;

/// <summary>Standard output or standard error as all of yado writes to them: what a terminal would obey is written out
/// (<see cref="PlainText"/>), and what is written as one line is one line. Only what a job itself writes goes past it, as
/// bytes (<see cref="LogOutput"/>).</summary>
/// <param name="target">Where it goes.</param>
/// <param name="keepLines">What is written as a line may be several: text of yado's own.</param>
/// <param name="forgives">What can't be written is left out: of messages, so that whoever can't be told gets the exit status.</param>
public sealed class PlainWriter(TextWriter target, bool keepLines = false, bool forgives = false) : TextWriter
{
    /// <summary>The streams themselves, for what draws on a terminal.</summary>
    public static TextWriter RawOutput { get; private set; } = Console.Out;

    public static TextWriter RawError { get; private set; } = Console.Error;

    public override Encoding Encoding => target.Encoding;

    /// <summary>From now on all of <see cref="Console"/> passes one of these.</summary>
    public static void Install()
    {
        (RawOutput, RawError) = (Console.Out, Console.Error);
        Console.SetOut(new PlainWriter(RawOutput));
        Console.SetError(new PlainWriter(RawError, forgives: true));
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(new string(buffer));

    public override void Write(string? value) => Put(PlainText.OfLines(value ?? ""));

    public override void WriteLine(string? value)
    {
        string text = value ?? "";
        Put((keepLines ? PlainText.OfLines(text) : PlainText.Of(text)) + target.NewLine);
    }

    /// <summary>An exception, with where it came from.</summary>
    public override void WriteLine(object? value) => Put(PlainText.OfLines(value?.ToString() ?? "") + target.NewLine);

    public override void Flush() => target.Flush();

    private void Put(string text)
    {
        try
        {
            target.Write(text);
        }
        catch (Exception failure) when (forgives && (failure is IOException or UnauthorizedAccessException))
        {
            // A full disk, a stream that was closed or can only be read.
        }
    }
}
