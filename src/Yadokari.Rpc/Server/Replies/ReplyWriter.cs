using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Yadokari.Rpc.Server.Replies;

/// <summary>
/// Writes kept replies. Little-endian; a text or body is its length as i32 and its bytes (text: UTF-8).
/// <code>
/// begins: milliseconds i64 for which clients may have been forgotten before their time
/// client: name, acknowledged i64, replies i32 (-1: the client is forgotten), its peer, replies
/// reply:  call i64, digest of the request (32 bytes, or none), status i32, headers i32, {name, value}…, trailers i32, {name, value}…, body (-1: none)
/// </code>
/// </summary>
internal readonly struct ReplyWriter(IBufferWriter<byte> destination)
{
    public void WriteDoubt(long milliseconds) => Long(milliseconds);

    public void Write(string name, ClientReplies client)
    {
        // Also under the pause: an answer that is just being acknowledged takes this lock, too.
        lock (client)
        {
            Text(name);
            Long(client.Acknowledged);
            Int(client.Done.Count);
            Text(client.Peer);
            foreach ((long number, (Reply reply, byte[] digest)) in client.Done)
            {
                Long(number);
                Int(digest.Length);
                destination.Write(digest);
                Int(reply.Status);
                Pairs(reply.Headers);
                Pairs(reply.Trailers);
                Int(reply.Body?.Length ?? -1);
                destination.Write(reply.Body);
            }
        }
    }

    public void WriteGone(string name)
    {
        Text(name);
        Long(0);
        Int(-1);
    }

    private void Pairs(IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        Int(pairs.Count);
        foreach ((string name, string value) in pairs)
        {
            Text(name);
            Text(value);
        }
    }

    private void Text(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        Int(length);
        Encoding.UTF8.GetBytes(text, destination.GetSpan(Math.Max(length, 1)));
        destination.Advance(length);
    }

    private void Int(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination.GetSpan(sizeof(int)), value);
        destination.Advance(sizeof(int));
    }

    private void Long(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination.GetSpan(sizeof(long)), value);
        destination.Advance(sizeof(long));
    }
}
