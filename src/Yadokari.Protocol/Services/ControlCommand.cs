namespace Yadokari.Protocol.Services;

/// <summary>A command to an instance of a service.</summary>
public sealed record ControlCommand(ControlVerb Verb)
{
    /// <summary>With <see cref="ControlVerb.SaveAhead"/>, <see cref="ControlVerb.Drain"/> and <see cref="ControlVerb.ServeOn"/>, and the
    /// same in all of one move: path of the symbolic link whose target is the decision,
    /// <see cref="Decision.ServeOn"/> or <see cref="Decision.Moved"/>. Whoever makes it first decides. An instance that is told
    /// to serve on by another move than the one it is in goes on with its own.</summary>
    public string? DecisionPath { get; init; }

    /// <summary>With <see cref="ControlVerb.AwaitCalls"/> and <see cref="ControlVerb.Drain"/>: how long to wait for calls in flight, milliseconds.</summary>
    public int PatienceMilliseconds { get; init; }

    /// <summary>With <see cref="ControlVerb.SaveAhead"/>: where the service will be; with <see cref="ControlVerb.Moved"/>: where it is now.</summary>
    public ServicePlace? Place { get; init; }

    /// <summary>With <see cref="ControlVerb.Moved"/>: seconds to pass plain calls on.</summary>
    public int ForwardSeconds { get; init; }
}
