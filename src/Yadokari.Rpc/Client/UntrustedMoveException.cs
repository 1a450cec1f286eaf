namespace Yadokari.Rpc.Client;

/// <summary>An answer says "moved" to a place that the client has no reason to believe in. The call has not been made there.</summary>
public sealed class UntrustedMoveException(string message) : HttpRequestException(message);
