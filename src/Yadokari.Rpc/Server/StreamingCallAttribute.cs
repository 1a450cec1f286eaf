namespace Yadokari.Rpc.Server;

/// <summary>Marks an endpoint whose calls last: it is told of a move by <see cref="IMoveNotice"/> and cut after a bound.
/// WebSockets and server-sent events need no mark.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class StreamingCallAttribute : Attribute;
