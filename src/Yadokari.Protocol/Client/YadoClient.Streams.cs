using System.Net.Http.Headers;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Streams;
using Yadokari.Protocol.Wire;

namespace Yadokari.Protocol.Client;

/// <content>The streams of a job that are relayed to its caller.</content>
public sealed partial class YadoClient
{
    private static readonly TimeSpan StreamPatience = TimeSpan.FromSeconds(Limits.MaxStreamWaitSeconds + 10);

    /// <summary>What a job that is here has written to its caller; waits a while for something.</summary>
    /// <param name="output">Bytes of the output that the caller has for good.</param>
    /// <param name="errors">Bytes of the errors that the caller has for good.</param>
    /// <param name="session">Of <see cref="AttachHereAsync"/>; 0: who has started it.</param>
    public async Task<StreamOutput> ReadStreamsHereAsync(string job, long output, long errors, int session = 0, CancellationToken cancellation = default)
    {
        string path = Routes.Of(Routes.StreamOutput, job) + $"?session={session}&output={output}&errors={errors}&seconds={Limits.MaxStreamWaitSeconds}";
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StreamPatience);
        try
        {
            using HttpResponseMessage response = await _api.OpenAsync(HttpMethod.Get, path, null, limit.Token).ConfigureAwait(false);
            FrameReader reader = new(await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false));
            List<LogChunk> pieces = [];
            while (true)
            {
                (FrameHeader header, ReadOnlyMemory<byte> payload) = await Guard(reader.ReadAsync(limit.Token)).ConfigureAwait(false);
                if (header.Kind is not (FrameKind.Output or FrameKind.Errors))
                {
                    return new StreamOutput(pieces, header.Kind == FrameKind.End);
                }
                pieces.Add(new LogChunk(header.Kind == FrameKind.Errors, header.Offset, payload.ToArray()));
            }
        }
        catch (OperationCanceledException failure) when (!cancellation.IsCancellationRequested)
        {
            throw Broken(failure);
        }
    }

    /// <summary>Gives a job that is here a piece of its input. To send one twice does no harm.</summary>
    /// <param name="offset">Bytes that were sent before it.</param>
    /// <param name="end">Nothing follows.</param>
    /// <param name="session">As of <see cref="ReadStreamsHereAsync"/>.</param>
    public Task<InputReceived> SendInputHereAsync(string job, long offset, ReadOnlyMemory<byte> bytes, bool end, int session = 0, CancellationToken cancellation = default)
    {
        ReadOnlyMemoryContent content = new(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return _api.PutAsync(
            Routes.Of(Routes.StreamInput, job) + $"?session={session}&offset={offset}&end={(end ? "true" : "false")}", content, ProtocolJson.Default.InputReceived, cancellation);
    }

    /// <summary>Connects to the terminal of a job that is here, instead of whoever was.</summary>
    public Task<AttachedStreams> AttachHereAsync(string job, CancellationToken cancellation = default) =>
        _api.PostAsync(Routes.Of(Routes.StreamAttach, job), ProtocolJson.Default.AttachedStreams, cancellation);

    /// <summary>Leaves the terminal of a job that is here; the job goes on.</summary>
    public Task DetachHereAsync(string job, int session, long output, long errors, CancellationToken cancellation = default) =>
        _api.PostAsync(Routes.Of(Routes.StreamDetach, job) + $"?session={session}&output={output}&errors={errors}", ProtocolJson.Default.InputReceived, cancellation);

    /// <summary>Gives the terminal of a job that is here the size of the caller's window.</summary>
    public Task ResizeHereAsync(string job, int session, int rows, int columns, CancellationToken cancellation = default) =>
        _api.PostAsync(Routes.Of(Routes.StreamSize, job) + $"?session={session}&rows={rows}&columns={columns}", ProtocolJson.Default.InputReceived, cancellation);

    /// <summary>Tells a job that is here that nobody reads one of its streams any more.</summary>
    /// <param name="stream">1 or 2.</param>
    public Task CloseStreamHereAsync(string job, int stream, CancellationToken cancellation = default) =>
        _api.PostAsync(Routes.Of(Routes.StreamClose, job) + $"?stream={stream}", ProtocolJson.Default.InputReceived, cancellation);
}
