using System.Buffers;
using Yadokari.Rpc.State;

namespace CountingServer;

/// <summary>State whose version stands in the file FIT_VERSION, so that a test can have another one on the target. Written by hand.</summary>
internal sealed class Fit : ICarriedState
{
    public string Name => "fit";

    public int Version { get; } = Environment.GetEnvironmentVariable("FIT_VERSION") is { Length: > 0 } file ? int.Parse(File.ReadAllText(file)) : 1;

    public bool SupportsDelta => false;

    public void Save(IBufferWriter<byte> destination) => destination.Write([(byte)Version]);

    public void SaveAhead(IBufferWriter<byte> destination) => throw new NotSupportedException();

    public void SaveDelta(IBufferWriter<byte> destination) => throw new NotSupportedException();

    public void Restore(ReadOnlyMemory<byte> saved, int version)
    {
        if (version > Version)
        {
            throw new InvalidDataException($"state 'fit' is version {version}, and this program knows {Version}");
        }
    }

    public void RestoreDelta(ReadOnlyMemory<byte> delta, int version) => throw new NotSupportedException();

    public void StopTracking()
    {
    }
}
