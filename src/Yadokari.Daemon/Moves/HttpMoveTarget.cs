using System.Globalization;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <summary>The target of a move, by its API. Nothing is said to a host whose certificate has another name.</summary>
public sealed class HttpMoveTarget(HostPlace place) : IMoveTarget
{
    /// <summary>A large job takes a while to be rebuilt and flushed; it stands still meanwhile.</summary>
    private static readonly TimeSpan PrepareTimeout = TimeSpan.FromMinutes(2);

    /// <summary>Longer than it waits there.</summary>
    private static readonly TimeSpan RoundTimeout = TimeSpan.FromSeconds(20);

    private readonly ApiConnection _api = ApiConnection.ToAddress(place.Address, name: place.Name);

    public Task<HostInfo> HelloAsync(CancellationToken cancellation) => AskAsync(_api, cancellation);

    /// <summary>Who is there, when a move to it can be spoken of.</summary>
    /// <exception cref="YadoException">Not a host, or one of another version.</exception>
    internal static async Task<HostInfo> AskAsync(ApiConnection api, CancellationToken cancellation)
    {
        HostInfo host = HostHello.Check(
            await api.GetAsync(Routes.Host, ProtocolJson.Default.HostInfo, cancellation, TimeSpan.FromSeconds(5)).ConfigureAwait(false), api);
        return host.ProtocolVersion == ProtocolVersion.Current
            ? host
            : throw new YadoException(YadoError.Refused, $"host {host.Name} speaks protocol {host.ProtocolVersion}, this one {ProtocolVersion.Current}: use the same version of yado on both");
    }

    public Task<MoveForecast> ForeseeAsync(ForeseeMove question, CancellationToken cancellation) =>
        _api.PostAsync(Routes.ForeseeMove, question, ProtocolJson.Default.ForeseeMove, ProtocolJson.Default.MoveForecast, cancellation);

    public Task<MoveStatus> ReserveAsync(MoveOffer offer, CancellationToken cancellation) =>
        _api.PostAsync(Routes.Moves, offer, ProtocolJson.Default.MoveOffer, ProtocolJson.Default.MoveStatus, cancellation);

    public Task<IImageStream> OpenImageAsync(string move, CancellationToken cancellation) =>
        HttpImageStream.OpenAsync(_api, Routes.Of(Routes.MoveImage, move), cancellation);

    public Task<MoveStatus> RoundAsync(string move, int rounds, CancellationToken cancellation) =>
        _api.GetAsync(
            Routes.Of(Routes.Of(Routes.MoveRound, move), rounds.ToString(CultureInfo.InvariantCulture)), ProtocolJson.Default.MoveStatus, cancellation, RoundTimeout);

    public Task<MoveStatus> PrepareAsync(string move, PrepareMove prepare, CancellationToken cancellation) =>
        _api.PostAsync(
            Routes.Of(Routes.MovePrepare, move), prepare, ProtocolJson.Default.PrepareMove, ProtocolJson.Default.MoveStatus, cancellation, PrepareTimeout);

    public Task<JobInfo> ReleaseAsync(string move, CancellationToken cancellation) =>
        _api.PostAsync(Routes.Of(Routes.MoveRelease, move), ProtocolJson.Default.JobInfo, cancellation, PrepareTimeout);

    public Task<MoveStatus> AbortAsync(string move, CancellationToken cancellation) =>
        _api.PostAsync(Routes.Of(Routes.MoveAbort, move), ProtocolJson.Default.MoveStatus, cancellation);

    public void Dispose() => _api.Dispose();
}
