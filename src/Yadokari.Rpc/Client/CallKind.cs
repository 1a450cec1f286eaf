namespace Yadokari.Rpc.Client;

/// <summary>What the client knows of a call before it is answered.</summary>
internal enum CallKind
{
    /// <summary>One request, one answer, which is read before the call counts as answered.</summary>
    Plain,

    /// <summary>It lasts: an answer that has begun is the caller's.</summary>
    Streaming,

    /// <summary>gRPC with its whole request: unary, or one with a stream of answers. The server's answer says which.</summary>
    GrpcMessage,

    /// <summary>gRPC with a stream of requests.</summary>
    GrpcStream,
}
