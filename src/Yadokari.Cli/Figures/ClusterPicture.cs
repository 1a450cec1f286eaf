using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Figures;

/// <summary>All that <c>yado top</c> shows, at one moment.</summary>
/// <param name="Jobs">Those that run.</param>
/// <param name="Policy">Name of the placement policy.</param>
/// <param name="Histories">Of the hosts that answered.</param>
public sealed record ClusterPicture(
    IReadOnlyList<PeerInfo> Hosts, IReadOnlyList<JobInfo> Jobs, string Policy, string? Scheduler, IReadOnlyList<LoadHistory> Histories)
{
    /// <summary>Asks the daemon here, and every host it knows.</summary>
    /// <param name="seconds">How far back the histories go.</param>
    public static async Task<ClusterPicture> TakeAsync(YadoClient daemon, int seconds, CancellationToken cancel)
    {
        HostList list = await daemon.GetHostsAsync(cancel);
        IReadOnlyList<PeerInfo> hosts =
        [
            new PeerInfo { Address = list.Self.Address ?? "-", Name = list.Self.Name, Host = list.Self },
            .. list.Peers,
        ];
        LoadHistory?[] histories = await Task.WhenAll(
            list.Peers.Where(p => p.Host is not null).Select(p => HistoryOfAsync(p, seconds, cancel)).Prepend(OwnAsync()));
        JobList jobs = await daemon.ListJobsAsync(everywhere: true, cancel);
        var policy = await daemon.GetPolicyAsync(cancel);
        return new ClusterPicture(
            [.. hosts.OrderBy(h => h.Name ?? h.Address, StringComparer.Ordinal)],
            [.. jobs.Jobs.Where(j => !j.IsOver).OrderBy(j => j.Host, StringComparer.Ordinal).ThenBy(j => j.Started)],
            policy.Choice.Name,
            policy.Scheduler,
            [.. histories.OfType<LoadHistory>().OrderBy(h => h.Host, StringComparer.Ordinal)]);

        async Task<LoadHistory?> OwnAsync() => await daemon.GetLoadAsync(seconds, cancel);
    }

    private static async Task<LoadHistory?> HistoryOfAsync(PeerInfo peer, int seconds, CancellationToken cancel)
    {
        try
        {
            using YadoClient host = YadoClient.ForAddress(peer.Address, name: peer.Name);
            return await host.GetLoadAsync(seconds, cancel);
        }
        catch (YadoException)
        {
            // It answered a moment ago; the list of hosts tells what became of it.
            return null;
        }
    }
}
