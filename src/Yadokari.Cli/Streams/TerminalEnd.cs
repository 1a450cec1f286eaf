using System.Runtime.InteropServices;

namespace Yadokari.Cli.Streams;

/// <summary>Why a job's terminal is shown no longer.</summary>
/// <param name="IsOver">The job has ended; else it was left.</param>
/// <param name="By">The signal for which it was left; null: by its keys.</param>
public sealed record TerminalEnd(bool IsOver, PosixSignal? By)
{
    public static readonly TerminalEnd Over = new(true, null);

    public static readonly TerminalEnd Left = new(false, null);

    public static TerminalEnd LeftFor(PosixSignal signal) => new(false, signal);
}
