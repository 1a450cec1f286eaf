namespace Yadokari.Protocol.Services;

/// <summary>An instance's answer to a command.</summary>
/// <param name="State">How it is now.</param>
public sealed record ControlAnswer(InstanceState State)
{
    /// <summary>Why the command was refused or failed, one line; null: it was done.</summary>
    public string? Error { get; init; }

    public required int Epoch { get; init; }

    /// <summary>Calls in flight.</summary>
    public int InFlight { get; init; }

    /// <summary>Bytes of state that were sent or taken.</summary>
    public long Bytes { get; init; }

    /// <summary>With <see cref="ControlVerb.AwaitCalls"/> and <see cref="ControlVerb.Drain"/>: calls that have not ended, so that it is not done.</summary>
    public int Pending { get; init; }

    /// <summary>With <see cref="ControlVerb.Drain"/>: until the last call in flight had ended, milliseconds.</summary>
    public double DrainMilliseconds { get; init; }
}
