using Yadokari.Engine.Checkpointing;

namespace Yadokari.Engine.Tests.Context;

/// <summary>A context file in memory.</summary>
internal sealed class MemorySink : IImageSink
{
    private readonly MemoryStream stream = new();

    /// <summary>Where the writes went, in order.</summary>
    public List<long> Offsets { get; } = [];

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        Offsets.Add(offset);
        stream.Position = offset;
        stream.Write(bytes);
    }

    public byte[] ToArray() => stream.ToArray();
}
