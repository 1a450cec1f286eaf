namespace Yadokari.Engine.Resources.Process;

/// <summary>Signal handlers and the signals pending for the process.</summary>
public sealed record SignalsImage
{
    /// <summary>struct kernel_sigaction of signals 1…64, 32 bytes each: handler, flags, restorer, mask.</summary>
    public required byte[] Actions { get; init; }

    /// <summary>siginfo_t of 128 bytes each, in order.</summary>
    public required IReadOnlyList<byte[]> Pending { get; init; }
}
