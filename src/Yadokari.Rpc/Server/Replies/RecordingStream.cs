namespace Yadokari.Rpc.Server.Replies;

/// <summary>Takes the body of a reply before the client gets it. A body over the bound is passed through instead, and
/// is lost for a repeated call. Does not own the client's stream.</summary>
internal sealed class RecordingStream(Stream client, int most) : Stream
{
    private readonly MemoryStream _taken = new();

    /// <summary>It was larger than the bound: the client has it already.</summary>
    public bool PassedThrough { get; private set; }

    /// <summary>Something was written or flushed.</summary>
    public bool HasBegun { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public byte[] ToArray() => _taken.ToArray();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        HasBegun = true;
        if (!PassedThrough && _taken.Length + buffer.Length <= most)
        {
            _taken.Write(buffer.Span);
            return;
        }
        if (!PassedThrough)
        {
            PassedThrough = true;
            await client.WriteAsync(_taken.GetBuffer().AsMemory(0, (int)_taken.Length), cancellationToken).ConfigureAwait(false);
            _taken.SetLength(0);
        }
        await client.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        HasBegun = true;
        if (PassedThrough || _taken.Length + count > most)
        {
            throw new InvalidOperationException("a large reply must be written asynchronously");
        }
        _taken.Write(buffer, offset, count);
    }

    public override void Flush() => HasBegun = true;

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        HasBegun = true;
        return PassedThrough ? client.FlushAsync(cancellationToken) : Task.CompletedTask;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
