namespace Yadokari.Rpc.Client;

/// <summary>
/// A request's body that is sent while it is made, and kept from its beginning, so that a call which has not run can be made again at
/// another place: <see cref="Release"/> ends that. Written by one, sent by one attempt at a time.
/// </summary>
/// <param name="most">Bytes that are kept; of a longer body only what is not sent yet.</param>
internal sealed class LiveBody(long most) : Stream
{
    /// <summary>Bytes that may be written and not sent yet before the writer waits.</summary>
    private const int Ahead = 64 << 10;

    private readonly Lock _lock = new();
    private readonly List<byte[]> _pieces = [];
    private TaskCompletionSource _changed = NewSource();
    private int _first;
    private int _next;
    private long _written;
    private long _sent;
    private bool _complete;
    private bool _isKept = true;
    private Exception? _failure;

    /// <summary>All of it is there.</summary>
    public bool IsComplete
    {
        get
        {
            lock (_lock)
            {
                return _complete;
            }
        }
    }

    /// <summary>It is kept from its beginning.</summary>
    public bool IsKept
    {
        get
        {
            lock (_lock)
            {
                return _isKept;
            }
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Takes what a content writes, to its end. What becomes of it is seen by who sends it.</summary>
    public async Task FillAsync(HttpContent content, CancellationToken cancellation)
    {
        Exception? failure = null;
        try
        {
            await content.CopyToAsync(this, cancellation).ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            failure = thrown;
        }
        lock (_lock)
        {
            _complete = failure is null;
            _failure ??= failure;
            Signal();
        }
    }

    /// <summary>All of it, once it <see cref="IsComplete"/> and as long as it <see cref="IsKept"/>.</summary>
    public byte[] ToArray()
    {
        lock (_lock)
        {
            return _pieces is [var only] ? only : [.. _pieces.SelectMany(p => p)];
        }
    }

    /// <summary>The call is answered: what is sent needs not be kept.</summary>
    public void Release()
    {
        lock (_lock)
        {
            _isKept = false;
        }
    }

    /// <summary>Nobody sends it any more: its writer is told so.</summary>
    public void Break(Exception failure)
    {
        lock (_lock)
        {
            _failure ??= failure;
            _isKept = false;
            Signal();
        }
    }

    /// <summary>Sends it from its beginning, and what is written meanwhile, to its end.</summary>
    /// <exception cref="IOException">Its beginning is not kept any more, or its writer failed.</exception>
    public async Task SendAsync(Stream to, CancellationToken cancellation)
    {
        // The headers go out before the first message is there.
        await to.FlushAsync(cancellation).ConfigureAwait(false);
        for (int number = 0; ; number++)
        {
            byte[]? piece;
            while (!TryTake(number, out piece, out Task changed))
            {
                await to.FlushAsync(cancellation).ConfigureAwait(false);
                await changed.WaitAsync(cancellation).ConfigureAwait(false);
            }
            if (piece is null)
            {
                return;
            }
            await to.WriteAsync(piece, cancellation).ConfigureAwait(false);
            Sent(number, piece.Length);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!TryAdd(buffer.Span, out Task changed))
        {
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private bool TryAdd(ReadOnlySpan<byte> bytes, out Task changed)
    {
        lock (_lock)
        {
            changed = _changed.Task;
            if (_failure is { } failure)
            {
                throw new IOException("the call is over", failure);
            }
            if (_written - _sent > Ahead)
            {
                return false;
            }
            _pieces.Add(bytes.ToArray());
            _written += bytes.Length;
            _isKept &= _written <= most;
            Signal();
            return true;
        }
    }

    /// <summary>The piece of a number; true and null: there are no more. False: it is not there yet.</summary>
    private bool TryTake(int number, out byte[]? piece, out Task changed)
    {
        lock (_lock)
        {
            piece = null;
            changed = _changed.Task;
            if (number < _first)
            {
                throw new IOException("the beginning of the call's body is not kept any more");
            }
            if (number - _first < _pieces.Count)
            {
                piece = _pieces[number - _first];
                return true;
            }
            return _failure is null ? _complete : throw new IOException("the call's body was not completed", _failure);
        }
    }

    private void Sent(int number, int bytes)
    {
        lock (_lock)
        {
            if (number >= _next)
            {
                _next = number + 1;
                _sent += bytes;
            }
            while (!_isKept && _first <= number && _pieces.Count > 0)
            {
                _pieces.RemoveAt(0);
                _first++;
            }
            Signal();
        }
    }

    private void Signal()
    {
        TaskCompletionSource changed = _changed;
        _changed = NewSource();
        changed.TrySetResult();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
