using Yadokari.Daemon.Engine;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Moves;

/// <summary>Frames as the body of one request, written straight to the connection.</summary>
public sealed class HttpImageStream : IImageStream
{
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2);

    private readonly HandoverContent _content;
    private readonly CancellationTokenSource _cut;
    private readonly Task<MoveStatus> _answer;
    private readonly Timer _watchdog;
    private readonly byte[] _head = new byte[FrameHeader.Size];
    private readonly FrameGathering _frames;
    private Stream _stream = Stream.Null;
    private long _writingSince;

    private HttpImageStream(ApiConnection api, string path, CancellationToken cancellation)
    {
        _frames = new FrameGathering(bytes => _stream.Write(bytes));
        _content = new HandoverContent();
        _cut = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _answer = api.PutAsync(path, _content, ProtocolJson.Default.MoveStatus, _cut.Token, Timeout.InfiniteTimeSpan);
        _watchdog = new Timer(_ => CutWhenStalled(), null, Stall, TimeSpan.FromSeconds(1));
    }

    public static async Task<IImageStream> OpenAsync(ApiConnection api, string path, CancellationToken cancellation)
    {
        HttpImageStream stream = new(api, path, cancellation);
        try
        {
            if (await Task.WhenAny(stream._content.Opened, stream._answer).ConfigureAwait(false) == stream._answer)
            {
                // Nobody answers a body that has not begun, except with an error.
                await stream._answer.ConfigureAwait(false);
                throw new YadoException(YadoError.Failed, $"{api.Place} did not take the image");
            }
            stream._stream = await stream._content.Opened.ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Write(FrameKind kind, long offset, ReadOnlySpan<byte> bytes)
    {
        Volatile.Write(ref _writingSince, Environment.TickCount64);
        try
        {
            // The end of a round is a frame without bytes.
            do
            {
                ReadOnlySpan<byte> piece = bytes[..Math.Min(bytes.Length, Limits.MaxFrameBytes)];
                WriteFrame(new FrameHeader(kind, offset, piece.Length), piece);
                bytes = bytes[piece.Length..];
                offset += piece.Length;
                Volatile.Write(ref _writingSince, Environment.TickCount64);
            }
            while (!bytes.IsEmpty);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or ObjectDisposedException or OperationCanceledException)
        {
            throw new IOException("the target stopped taking the image", WhatTheTargetSays() ?? failure);
        }
        finally
        {
            Volatile.Write(ref _writingSince, 0);
        }
    }

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        WriteFrame(new FrameHeader(FrameKind.End, 0, 0), []);
        _content.End();
        await _answer.WaitAsync(TimeSpan.FromSeconds(30), cancellation).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _watchdog.DisposeAsync().ConfigureAwait(false);
        _content.Cut();
        await _cut.CancelAsync().ConfigureAwait(false);
        try
        {
            await _answer.ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is YadoException or OperationCanceledException or IOException)
        {
            // Whoever wrote or waited has been told already; here it only must not stay unobserved.
        }
        _content.Dispose();
        _cut.Dispose();
    }

    private void WriteFrame(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        header.Write(_head);
        _frames.Send(_head, payload, mayWait: header.Kind == FrameKind.Image);
        if (header.Kind == FrameKind.Flush)
        {
            // The connection keeps back what does not fill its buffer.
            _stream.Flush();
        }
    }

    /// <summary>The connection was cut by the target; its answer tells why.</summary>
    private YadoException? WhatTheTargetSays()
    {
        try
        {
            _answer.Wait(AnswerPatience);
            return null;
        }
        catch (AggregateException failure)
        {
            return failure.InnerException as YadoException;
        }
    }

    private void CutWhenStalled()
    {
        long since = Volatile.Read(ref _writingSince);
        if (since != 0 && Environment.TickCount64 - since > Stall.TotalMilliseconds)
        {
            _cut.Cancel();
        }
    }
}
