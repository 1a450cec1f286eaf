using System.Buffers.Binary;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Capture;

/// <summary>
/// Stop signals that are pending. SIGSTOP can't be blocked: a process to which it comes while it stands still is a stopped
/// one, and it must not be queued again for one that is half rebuilt. Those of a process that is stopped already do
/// nothing any more: what makes it go on takes them away (prepare_signal, kernel/signal.c).
/// </summary>
public sealed class PendingStops
{
    private const int LastStop = SIGTTOU; // the others are SIGTSTP and SIGTTIN

    private PendingStops(bool stopped) => Stopped = stopped;

    /// <summary>The process comes back stopped.</summary>
    public bool Stopped { get; }

    /// <param name="stopped">It was stopped when it was looked at.</param>
    /// <param name="queues">Pending signals of the process and of its threads, each a siginfo_t.</param>
    public static PendingStops Of(bool stopped, IEnumerable<IReadOnlyList<byte[]>> queues) =>
        new(stopped || queues.Any(queue => queue.Any(signal => Number(signal) == SIGSTOP)));

    /// <summary>The signals of a queue that are to be queued again.</summary>
    public IReadOnlyList<byte[]> Others(IReadOnlyList<byte[]> queue) =>
        [.. queue.Where(signal => Number(signal) is not (>= SIGSTOP and <= LastStop) || (!Stopped && Number(signal) != SIGSTOP))];

    private static int Number(byte[] signal) => BinaryPrimitives.ReadInt32LittleEndian(signal);
}
