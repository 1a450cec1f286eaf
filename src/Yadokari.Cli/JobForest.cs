using System.Globalization;
using System.Text.Json;
using Yadokari.Cli.Commands;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli;

/// <summary>Jobs with their processes, each asked of the host that has it.</summary>
public static class JobForest
{
    public static async Task WriteAsync(YadoClient daemon, IReadOnlyList<JobInfo> jobs, bool json, CancellationToken cancel)
    {
        HostList hosts = await daemon.GetHostsAsync(cancel);
        List<JobWithTree> trees = [];
        foreach (JobInfo job in jobs)
        {
            trees.Add(new(job, job.Pid is null ? [] : await TreeOfAsync(daemon, hosts, job, cancel)));
        }

        if (json)
        {
            Output.Json(JsonSerializer.Serialize(trees, CliJson.Default.IReadOnlyListJobWithTree));
            return;
        }

        Output.WriteTable(["JOB", "HOST", "STATE", "PID", "THREADS", "MEMORY", "CPU"], trees.SelectMany(Rows));
    }

    private static async Task<IReadOnlyList<JobProcess>> TreeOfAsync(YadoClient daemon, HostList hosts, JobInfo job, CancellationToken cancel)
    {
        try
        {
            if (job.Host == hosts.Self.Name)
            {
                return (await daemon.GetTreeAsync(job.Id, cancel)).Processes;
            }

            if (hosts.Peers.FirstOrDefault(p => p.Host?.Name == job.Host) is not { } peer)
            {
                return [];
            }

            using YadoClient there = YadoClient.ForAddress(peer.Address, name: job.Host);
            return (await there.GetTreeAsync(job.Id, cancel)).Processes;
        }
        catch (YadoException failure)
        {
            Console.Error.WriteLine($"yado: the processes of {job.Name}: {failure.Message}");
            return [];
        }
    }

    /// <summary>Each with the blanks that stand before its name: two for each parent that is listed.</summary>
    /// <param name="processes">Parents before their children.</param>
    internal static IEnumerable<(JobProcess Process, string Indent)> Indented(IReadOnlyList<JobProcess> processes)
    {
        Dictionary<int, int> depths = [];
        foreach (JobProcess process in processes)
        {
            int depth = depths[process.Pid] = depths.GetValueOrDefault(process.Parent, 0) + 1;
            yield return (process, new string(' ', (depth - 1) * 2));
        }
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(JobWithTree job)
    {
        yield return [job.Job.Name, job.Job.Host, PsCommand.StateOf(job.Job), "", "", "", ""];
        foreach ((JobProcess process, string indent) in Indented(job.Processes))
        {
            yield return
            [
                $"{indent}└ {process.Name}",
                "",
                process.State,
                process.Pid.ToString(CultureInfo.InvariantCulture),
                process.Threads.ToString(CultureInfo.InvariantCulture),
                Output.Size(process.MemoryBytes),
                Output.Duration(TimeSpan.FromSeconds(process.CpuSeconds)),
            ];
        }
    }
}
