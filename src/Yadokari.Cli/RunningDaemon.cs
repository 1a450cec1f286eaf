using System.Diagnostics;
using Yadokari.Daemon.Hosting;
using Yadokari.Linux.Proc;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Cli;

/// <summary>The daemon of a home, when one runs: who it is, and its end.</summary>
/// <param name="Info">What it says of itself.</param>
/// <param name="Options">What followed <c>yado host</c> when it was started.</param>
/// <param name="Unit">Its systemd unit; null when it has none of its own.</param>
public sealed record RunningDaemon(HostInfo Info, IReadOnlyList<string> Options, string? Unit)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Null: none runs. Starts none.</summary>
    /// <exception cref="YadoException">One runs and does not answer as one should.</exception>
    public static async Task<RunningDaemon?> FindAsync(HomeDirectory home, CancellationToken cancel)
    {
        if (!File.Exists(home.Socket))
        {
            return null;
        }

        using YadoClient daemon = YadoClient.ForSocket(home.Socket);
        try
        {
            HostInfo info = await daemon.GetHostAsync(cancel, TimeSpan.FromSeconds(5));
            return new RunningDaemon(info, OptionsOf(info.Pid), UnitOf(info.Pid));
        }
        catch (YadoException failure) when (failure.Unreachable)
        {
            return null;
        }
    }

    /// <summary>One runs that has started by itself.</summary>
    public static async Task<bool> IsOnDemandAsync(HomeDirectory home, CancellationToken cancel) =>
        await FindAsync(home, cancel) is { Info.OnDemand: true };

    /// <summary>Ends a daemon that has started by itself, if there is one: somebody starts another one.</summary>
    public static async Task ReplaceOnDemandAsync(HomeDirectory home, CancellationToken cancel)
    {
        if (await FindAsync(home, cancel) is { Info.OnDemand: true } running)
        {
            await running.StopAsync(home, cancel);
            Console.Error.WriteLine("yado: the daemon that had started by itself has given way; its jobs run on");
        }
    }

    /// <summary>Ends it; returns when its process has ended.</summary>
    /// <exception cref="CommandFailure">It does not end.</exception>
    public async Task StopAsync(HomeDirectory home, CancellationToken cancel)
    {
        using YadoClient daemon = YadoClient.ForSocket(home.Socket);
        await daemon.StopAsync(cancel);
        for (Stopwatch waited = Stopwatch.StartNew(); ProcStat.Read(Info.Pid) is { State: not ('Z' or 'X') };)
        {
            if (waited.Elapsed > Patience)
            {
                throw new CommandFailure(ExitStatus.Failed, $"the daemon, process {Info.Pid}, was told to end and has not within {Patience.TotalSeconds} s: see its log");
            }

            await Task.Delay(Look, cancel);
        }
    }

    /// <summary>… yado host OPTIONS.</summary>
    private static IReadOnlyList<string> OptionsOf(int pid)
    {
        string[] words = Read($"/proc/{pid}/cmdline").TrimEnd('\0').Split('\0');
        int host = Array.IndexOf(words, "host");
        return host < 0 ? [] : words[(host + 1)..];
    }

    /// <summary>0::/system.slice/yadokari.service</summary>
    private static string? UnitOf(int pid)
    {
        string group = Read($"/proc/{pid}/cgroup").TrimEnd('\n');
        string leaf = group[(group.LastIndexOf('/') + 1)..];
        return leaf.StartsWith("yadokari", StringComparison.Ordinal) && leaf.EndsWith(".service", StringComparison.Ordinal) ? leaf : null;
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
