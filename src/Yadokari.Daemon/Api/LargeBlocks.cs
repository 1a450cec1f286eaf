using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Yadokari.Daemon.Api;

/// <summary>What the daemon's doors read into. By itself Kestrel takes 4 KiB from the kernel at a time, with a switch of threads for each:
/// 600 for the state of a small service, a quarter of a million for an image of 1 GiB. Thread-safe.</summary>
internal sealed class LargeBlocks : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    /// <summary>Some frames of TLS (16 KiB each).</summary>
    internal const int BlockBytes = 64 << 10;

    public override int MaxBufferSize => Shared.MaxBufferSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => Shared.Rent(Math.Max(minBufferSize, BlockBytes));

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    /// <summary>Owns nothing: blocks are the shared pool's.</summary>
    protected override void Dispose(bool disposing)
    {
    }
}
