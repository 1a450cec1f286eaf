using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Yadokari.Protocol;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Api;

/// <summary>Progress of a move as lines of JSON. Reporting never waits: a slow reader misses lines in between, not the last one.</summary>
public sealed class ProgressLines : IProgress<MoveProgress>
{
    private readonly Channel<MoveProgress> _lines = Channel.CreateBounded<MoveProgress>(
        new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public void Report(MoveProgress value) => _lines.Writer.TryWrite(value);

    /// <summary>Writes lines until <paramref name="move"/> has ended and its last line is written.</summary>
    public async Task WriteAsync(HttpContext context, Task<MoveProgress> move)
    {
        context.Response.ContentType = "application/x-ndjson";
        Task ended = move.ContinueWith(_ => _lines.Writer.TryComplete(), TaskScheduler.Default);
        await foreach (MoveProgress line in _lines.Reader.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
        {
            await WriteLineAsync(context, line).ConfigureAwait(false);
        }
        await ended.ConfigureAwait(false);
        await WriteLineAsync(context, await move.ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task WriteLineAsync(HttpContext context, MoveProgress line)
    {
        byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(line, ProtocolJson.Default.MoveProgress), (byte)'\n'];
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
