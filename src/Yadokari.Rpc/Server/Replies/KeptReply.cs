namespace Yadokari.Rpc.Server.Replies;

/// <summary>A reply, and the digest of what it answers.</summary>
internal readonly record struct KeptReply(Reply Reply, byte[] Digest)
{
    public int Size => Reply.Size + Digest.Length;
}
