using System.Net;
using System.Net.Http.Headers;
using Yadokari.Daemon.Moves;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Services;

namespace Yadokari.Daemon.Services;

/// <summary>The target of a service's move, by its API.</summary>
public sealed class HttpServiceTarget(HostPlace place) : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan TransferTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Calls are held meanwhile.</summary>
    private static readonly TimeSpan PauseTimeout = TimeSpan.FromSeconds(10);

    private readonly ApiConnection _api = ApiConnection.ToAddress(place.Address, name: place.Name);

    public Task<HostInfo> HelloAsync(CancellationToken cancellation) => HttpMoveTarget.AskAsync(_api, cancellation);

    public Task<ServiceOffered> ReserveAsync(MoveOffer offer, CancellationToken cancellation) =>
        _api.PostAsync(Routes.ServiceMoves, offer, ProtocolJson.Default.MoveOffer, ProtocolJson.Default.ServiceOffered, cancellation);

    public async Task SendProgramAsync(ProgramStore programs, string hash, CancellationToken cancellation)
    {
        using ProgramContent content = new(programs, hash);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        await _api.PutAsync(Routes.Of(Routes.Program, hash), content, ProtocolJson.Default.ServiceOffered, cancellation, TransferTimeout).ConfigureAwait(false);
    }

    public Task<ServicePrepared> StartAsync(string move, CancellationToken cancellation) =>
        _api.PostAsync(Routes.Of(Routes.ServiceStart, move), ProtocolJson.Default.ServicePrepared, cancellation, StartTimeout);

    public Task<ServicePrepared> SendStateAsync(string move, Stream state, CancellationToken cancellation) =>
        SendAsync(Routes.ServiceState, move, new StreamContent(state), TransferTimeout, cancellation);

    public Task<ServicePrepared> SendRoundAsync(string move, Stream changes, CancellationToken cancellation) =>
        SendAsync(Routes.ServiceRound, move, new StreamContent(changes), TransferTimeout, cancellation);

    public Task<ServicePrepared> SendDeltaAsync(string move, ReadOnlyMemory<byte> delta, CancellationToken cancellation) =>
        SendAsync(Routes.ServiceDelta, move, new ReadOnlyMemoryContent(delta), PauseTimeout, cancellation);

    public Task<JobInfo> ReleaseAsync(string move, CancellationToken cancellation) =>
        _api.PostAsync(Routes.Of(Routes.ServiceRelease, move), ProtocolJson.Default.JobInfo, cancellation, StartTimeout);

    public Task<MoveStatus> AbortAsync(string move, CancellationToken cancellation) =>
        _api.PostAsync(Routes.Of(Routes.ServiceAbort, move), ProtocolJson.Default.MoveStatus, cancellation);

    public void Dispose() => _api.Dispose();

    private async Task<ServicePrepared> SendAsync(string route, string move, HttpContent content, TimeSpan timeout, CancellationToken cancellation)
    {
        using HttpContent body = content;
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return await _api.PutAsync(Routes.Of(route, move), body, ProtocolJson.Default.ServicePrepared, cancellation, timeout).ConfigureAwait(false);
    }

    /// <summary>A program folder as the body of a request.</summary>
    private sealed class ProgramContent(ProgramStore programs, string hash) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => programs.SendAsync(hash, stream, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            programs.SendAsync(hash, stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
