using System.Buffers.Binary;
using System.Text;

namespace Yadokari.Rpc.Server.Replies;

/// <summary>Reads what <see cref="ReplyWriter"/> writes; every count is bounded before anything is made for it.</summary>
internal sealed class ReplyReader(ReadOnlyMemory<byte> bytes)
{
    private const int MaxPairs = 1000;

    private ReadOnlyMemory<byte> _rest = bytes;

    /// <summary>For how long clients may have been forgotten before their time, milliseconds; once, at the beginning.</summary>
    /// <exception cref="InvalidDataException">Not such bytes.</exception>
    public long ReadDoubt(YadokariOptions options) => Math.Clamp(Long(), 0, (long)options.ClientLease.TotalMilliseconds);

    /// <summary>The next client; <paramref name="client"/> is null for one that is forgotten. False at the end.</summary>
    /// <exception cref="InvalidDataException">Not such bytes.</exception>
    public bool TryRead(YadokariOptions options, out string name, out ClientReplies? client)
    {
        client = null;
        name = "";
        if (_rest.IsEmpty)
        {
            return false;
        }
        name = Text();
        long acknowledged = Long();
        int count = Int(-1, options.MaxRepliesPerClient);
        if (count < 0)
        {
            return true;
        }
        client = new ClientReplies(Text()) { Acknowledged = acknowledged };
        for (int i = 0; i < count; i++)
        {
            long number = Long();
            byte[] digest = Take(Int(0, RequestDigest.Bytes)).ToArray();
            int status = Int(100, 999);
            List<KeyValuePair<string, string>> headers = Pairs();
            List<KeyValuePair<string, string>> trailers = Pairs();
            int length = Int(-1, int.MaxValue);
            client.Done[number] = new KeptReply(new Reply(status, headers, trailers, length < 0 ? null : Take(length).ToArray()), digest);
        }
        return true;
    }

    private List<KeyValuePair<string, string>> Pairs()
    {
        int count = Int(0, MaxPairs);
        List<KeyValuePair<string, string>> pairs = [];
        for (int i = 0; i < count; i++)
        {
            pairs.Add(new(Text(), Text()));
        }
        return pairs;
    }

    private string Text() => Encoding.UTF8.GetString(Take(Int(0, int.MaxValue)).Span);

    private int Int(int least, int most)
    {
        int value = BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)).Span);
        return value >= least && value <= most ? value : throw new InvalidDataException($"kept replies: {value} is out of range");
    }

    private long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)).Span);

    private ReadOnlyMemory<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            throw new InvalidDataException("kept replies are cut short");
        }
        ReadOnlyMemory<byte> taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
