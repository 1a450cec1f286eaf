using Yadokari.Daemon.Hosting;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Completion;

/// <summary>What the daemon of this host knows, if one runs and answers at once: whoever presses a key does not wait.</summary>
public sealed class DaemonNames : IKnownNames
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(700);

    public IEnumerable<Candidate> Jobs(bool? over) =>
        Ask<JobInfo>(async (daemon, cancel) => (await daemon.ListJobsAsync(everywhere: true, cancel)).Jobs,
            async (daemon, cancel) => (await daemon.ListJobsAsync(everywhere: false, cancel)).Jobs)
            .Where(j => over is null || j.IsOver == over)
            .Select(j => new Candidate(j.Name, $"{j.State.ToString().ToLowerInvariant()} on {j.Host}"));

    public IEnumerable<Candidate> Hosts() =>
        Ask<string>(async (daemon, cancel) => Names(await daemon.GetHostsAsync(cancel)),
            async (daemon, cancel) => [(await daemon.GetHostAsync(cancel)).Name])
            .Select(name => new Candidate(name, ""));

    private static IReadOnlyList<string>? Names(HostList hosts) => [hosts.Self.Name, .. hosts.Peers.Select(p => p.Name).OfType<string>()];

    /// <summary>The first answer that comes in time, of all hosts or of this one alone; else nothing.</summary>
    private static IReadOnlyList<T> Ask<T>(
        Func<YadoClient, CancellationToken, Task<IReadOnlyList<T>?>> everywhere, Func<YadoClient, CancellationToken, Task<IReadOnlyList<T>?>> here)
    {
        string socket = HomeDirectory.Chosen().Socket;
        if (!File.Exists(socket))
        {
            return [];
        }

        using YadoClient daemon = YadoClient.ForSocket(socket);
        return AskInTime(daemon, everywhere) ?? AskInTime(daemon, here) ?? [];
    }

    private static IReadOnlyList<T>? AskInTime<T>(YadoClient daemon, Func<YadoClient, CancellationToken, Task<IReadOnlyList<T>?>> ask)
    {
        using CancellationTokenSource limit = new(Patience);
        try
        {
            return ask(daemon, limit.Token).GetAwaiter().GetResult();
        }
        catch (Exception failure) when (failure is YadoException or OperationCanceledException)
        {
            return null;
        }
    }
}
