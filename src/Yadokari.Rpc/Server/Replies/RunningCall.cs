namespace Yadokari.Rpc.Server.Replies;

/// <summary>A call that runs, and the digest of what it asks.</summary>
internal readonly record struct RunningCall(TaskCompletionSource Ended, byte[] Digest);
