namespace Yadokari.Rpc.Server;

/// <summary>Tells a streaming call that the server is about to move: a feature of the request, on endpoints marked with
/// <see cref="StreamingCallAttribute"/> and WebSockets.</summary>
public interface IMoveNotice
{
    /// <summary>Cancelled when a move begins: finish within <see cref="YadokariOptions.StreamingBound"/>.</summary>
    CancellationToken Moving { get; }
}
