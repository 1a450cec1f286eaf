namespace Yadokari.Engine.Resources.Process;

/// <summary>One POSIX timer.</summary>
public sealed record PosixTimerImage
{
    public required int Id { get; init; }

    public required int Clock { get; init; }

    /// <summary>SIGEV_*; with SIGEV_THREAD_ID (4) the signal goes to <see cref="Target"/>.</summary>
    public required int Notify { get; init; }

    public required int Signal { get; init; }

    public required ulong Value { get; init; }

    public required int Target { get; init; }

    /// <summary>struct itimerspec, 32 bytes: interval, time left.</summary>
    public required byte[] Setting { get; init; }
}
