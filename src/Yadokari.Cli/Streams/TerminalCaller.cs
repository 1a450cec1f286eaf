using System.Runtime.InteropServices;
using Yadokari.Linux.Descriptors;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Streams;
using Yadokari.Protocol.Wire;

namespace Yadokari.Cli.Streams;

/// <summary>Shows a job's terminal in this process' own, wherever the job is: keys go to it, what it writes comes back, and the size of
/// the window is its size.</summary>
public sealed class TerminalCaller : IDisposable
{
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200);

    private readonly JobRoute _route;
    private readonly DetachKeys? _keys;
    private readonly CancellationTokenSource _cancel;
    private readonly OwnTerminal? _terminal;
    private readonly TaskCompletionSource<TerminalEnd> _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _resizing = new(1, 1);
    private readonly long[] _shown = new long[2];
    private readonly AttachedStreams _at;

    /// <param name="keys">Null: no input.</param>
    /// <param name="at">Where it begins.</param>
    public TerminalCaller(JobRoute route, DetachKeys? keys, AttachedStreams at, CancellationToken cancel)
    {
        (_route, _keys, _at) = (route, keys, at);
        (_shown[0], _shown[1]) = (at.Output, at.Errors);
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _terminal = keys is null ? null : OwnTerminal.Open();
    }

    /// <summary>Until the job has ended, or somebody leaves it.</summary>
    /// <param name="redraw">Its program is to draw its screen again.</param>
    public async Task<TerminalEnd> RunAsync(bool redraw)
    {
        using TerminalSignals signals = new(_terminal, signal => _left.TrySetResult(TerminalEnd.LeftFor(signal)), () => _ = ResizeAsync(), PassOn);
        _terminal?.MakeRaw();
        try
        {
            Task reading = ReadAsync();
            Task feeding = _keys is null ? Task.Delay(Timeout.Infinite, _cancel.Token)
                : Task.Factory.StartNew(() => FeedAsync(_keys).GetAwaiter().GetResult(), _cancel.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            Task sizing = redraw ? RedrawAsync() : ResizeAsync();
            Task first = await Task.WhenAny(reading, feeding, _left.Task).ConfigureAwait(false);
            if (first == feeding)
            {
                await feeding.ConfigureAwait(false);
                first = await Task.WhenAny(reading, _left.Task).ConfigureAwait(false);
            }
            if (first == reading)
            {
                await reading.ConfigureAwait(false);
                return TerminalEnd.Over;
            }
            TerminalEnd end = await _left.Task.ConfigureAwait(false);
            await LeaveAsync().ConfigureAwait(false);
            return end;
        }
        finally
        {
            await _cancel.CancelAsync().ConfigureAwait(false);
            _terminal?.PutBack();
        }
    }

    public void Dispose()
    {
        _terminal?.Dispose();
        _cancel.Dispose();
        _resizing.Dispose();
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            StreamOutput read = await _route.AskAsync(
                host => host.ReadStreamsHereAsync(_route.Id, _shown[0], _shown[1], _at.Session, _cancel.Token)).ConfigureAwait(false);
            foreach (LogChunk piece in read.Pieces)
            {
                int stream = piece.IsErrors ? 1 : 0;
                // A terminal that is stopped keeps its job waiting, as it would without us; the host hears that somebody is there.
                Task<bool> writing = Task.Run(() => StandardStream.Write(stream + 1, piece.Bytes.Span));
                while (await Task.WhenAny(writing, Task.Delay(SignOfLife, _cancel.Token)).ConfigureAwait(false) != writing)
                {
                    await SendAsync(0, default).ConfigureAwait(false);
                }
                if (!await writing.ConfigureAwait(false))
                {
                    _left.TrySetResult(TerminalEnd.LeftFor(PosixSignal.SIGHUP));
                    await Task.Delay(Timeout.Infinite, _cancel.Token).ConfigureAwait(false);
                }
                _shown[stream] = piece.Offset + piece.Bytes.Length;
                _written.TrySetResult();
            }
            if (read.Over)
            {
                return;
            }
        }
    }

    private async Task FeedAsync(DetachKeys keys)
    {
        byte[] buffer = new byte[Limits.MaxStreamPiece / 2];
        long sent = _at.Input;
        while (true)
        {
            int count = StandardStream.Read(0, buffer);
            if (count == 0)
            {
                _left.TrySetResult(TerminalEnd.LeftFor(PosixSignal.SIGHUP));
                return;
            }
            byte[] typed = keys.Pass(buffer.AsSpan(0, count), out bool leaves);
            if (typed.Length > 0)
            {
                await SendAsync(sent, typed).ConfigureAwait(false);
                sent += typed.Length;
            }
            if (leaves)
            {
                _left.TrySetResult(TerminalEnd.Left);
                return;
            }
        }
    }

    private Task<InputReceived> SendAsync(long offset, ReadOnlyMemory<byte> typed) =>
        _route.AskAsync(host => host.SendInputHereAsync(_route.Id, offset, typed, false, _at.Session, _cancel.Token));

    /// <summary>A program draws anew when its window has another size: it has for a moment, until something is drawn.</summary>
    private async Task RedrawAsync()
    {
        (int rows, int columns) = OwnTerminal.Size;
        if (columns > 1)
        {
            await ResizeAsync(rows, columns - 1).ConfigureAwait(false);
            await Task.WhenAny(_written.Task, Task.Delay(Redraw, _cancel.Token)).ConfigureAwait(false);
        }
        await ResizeAsync().ConfigureAwait(false);
    }

    private async Task ResizeAsync()
    {
        await _resizing.WaitAsync(_cancel.Token).ConfigureAwait(false);
        try
        {
            (int rows, int columns) = OwnTerminal.Size;
            await ResizeAsync(rows, columns).ConfigureAwait(false);
        }
        finally
        {
            _resizing.Release();
        }
    }

    private Task ResizeAsync(int rows, int columns) => rows == 0 ? Task.CompletedTask : _route.AskAsync(async host =>
    {
        await host.ResizeHereAsync(_route.Id, _at.Session, rows, columns, _cancel.Token).ConfigureAwait(false);
        return true;
    });

    private void PassOn(int signal) => _ = _route.AskAsync(host => host.SignalAsync(_route.Id, signal, _cancel.Token, group: true));

    /// <summary>Says so to the host, if that hears it at once: it would find out.</summary>
    private async Task LeaveAsync()
    {
        using CancellationTokenSource limit = new(SignOfLife);
        try
        {
            await _route.Host.DetachHereAsync(_route.Id, _at.Session, _shown[0], _shown[1], limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is YadoException or OperationCanceledException)
        {
            // It finds out by our silence.
        }
    }
}
