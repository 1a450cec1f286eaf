using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace Yadokari.Daemon.Api;

/// <summary>Progress as lines of JSON. Reporting never waits: a slow reader misses lines in between, not the last one.</summary>
/// <typeparam name="TLine">One line.</typeparam>
public sealed class ProgressLines<TLine>(JsonTypeInfo<TLine> type) : IProgress<TLine>
{
    private readonly Channel<TLine> _lines = Channel.CreateBounded<TLine>(
        new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public void Report(TLine value) => _lines.Writer.TryWrite(value);

    /// <summary>Writes lines until <paramref name="act"/> has ended and its last line is written.</summary>
    public async Task WriteAsync(HttpContext context, Task<TLine> act)
    {
        context.Response.ContentType = "application/x-ndjson";
        Task ended = act.ContinueWith(_ => _lines.Writer.TryComplete(), TaskScheduler.Default);
        await foreach (TLine line in _lines.Reader.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
        {
            await WriteLineAsync(context, line).ConfigureAwait(false);
        }
        await ended.ConfigureAwait(false);
        await WriteLineAsync(context, await act.ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task WriteLineAsync(HttpContext context, TLine line)
    {
        byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(line, type), (byte)'\n'];
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
