using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Yadokari.Rpc.State;

namespace CountingServer;

/// <summary>How often each call has run: a key that is missing was lost, one that stands at two ran twice.</summary>
internal sealed class Counts : ICarriedState
{
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private volatile ConcurrentDictionary<string, bool>? _touched;

    public string Name => "counts";

    public int Version { get; } = int.Parse(Environment.GetEnvironmentVariable("COUNTS_VERSION") ?? "1");

    public bool SupportsDelta => true;

    public int Keys => _counts.Count;

    public int Twice => _counts.Count(c => c.Value > 1);

    public int Add(string key)
    {
        int count = _counts.AddOrUpdate(key, 1, (_, old) => old + 1);
        _touched?.TryAdd(key, true);
        return count;
    }

    public bool Has(string key) => _counts.ContainsKey(key);

    public void Save(IBufferWriter<byte> destination)
    {
        foreach ((string key, int count) in _counts)
        {
            Write(destination, key, count);
        }
    }

    public void SaveAhead(IBufferWriter<byte> destination)
    {
        _touched = new ConcurrentDictionary<string, bool>();
        Save(destination);
    }

    public void SaveDelta(IBufferWriter<byte> destination)
    {
        foreach (string key in _touched?.Keys ?? _counts.Keys)
        {
            Write(destination, key, _counts[key]);
        }
    }

    public void Restore(ReadOnlyMemory<byte> saved, int version)
    {
        _counts.Clear();
        RestoreDelta(saved, version);
    }

    public void RestoreDelta(ReadOnlyMemory<byte> delta, int version)
    {
        if (version > Version)
        {
            throw new InvalidDataException($"counts of version {version} do not fit version {Version}");
        }
        ReadOnlySpan<byte> rest = delta.Span;
        while (!rest.IsEmpty)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            int count = BinaryPrimitives.ReadInt32LittleEndian(rest[4..]);
            _counts[Encoding.ASCII.GetString(rest.Slice(8, length))] = count;
            rest = rest[(8 + length)..];
        }
    }

    public void StopTracking() => _touched = null;

    private static void Write(IBufferWriter<byte> destination, string key, int count)
    {
        Span<byte> span = destination.GetSpan(8 + key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(span, key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(span[4..], count);
        Encoding.ASCII.GetBytes(key, span[8..]);
        destination.Advance(8 + key.Length);
    }
}
