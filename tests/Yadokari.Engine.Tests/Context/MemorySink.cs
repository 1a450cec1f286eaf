using Yadokari.Engine.Checkpointing;

namespace Yadokari.Engine.Tests.Context;

/// <summary>A context file in memory.</summary>
internal sealed class MemorySink : IImageSink
{
    private readonly MemoryStream _stream = new();

    /// <summary>Where the writes went, in order.</summary>
    public List<long> Offsets { get; } = [];

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        Offsets.Add(offset);
        _stream.Position = offset;
        _stream.Write(bytes);
    }

    public byte[] ToArray() => _stream.ToArray();
}
