using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado ps</c>: the jobs of all hosts.</summary>
public static class PsCommand
{
    private static readonly Option<bool> All = new("--all", "-a") { Description = "Also the jobs that have ended" };

    private static readonly Option<bool> Json = CommonOptions.Json();

    public static Command Create()
    {
        Command command = new("ps", "List the jobs of this host and of all hosts it knows") { All, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using YadoClient daemon = await LocalDaemon.ConnectAsync(cancel);
        JobList list = await daemon.ListJobsAsync(everywhere: true, cancel);
        IReadOnlyList<JobInfo> jobs = [.. list.Jobs.Where(j => parsed.GetValue(All) || !j.IsOver || j.State is JobState.Lost or JobState.Saved).OrderBy(j => j.Started)];
        if (list.Unreachable.Count > 0)
        {
            Console.Error.WriteLine($"yado: no answer from {string.Join(' ', list.Unreachable)}; what it last had is listed as unreachable");
        }

        if (parsed.GetValue(Json))
        {
            Output.Json(JsonSerializer.Serialize(jobs, CliJson.Default.IReadOnlyListJobInfo));
            return;
        }

        Output.WriteTable(["JOB", "KIND", "HOST", "STATE", "PID", "MEMORY", "CPU", "AGE", "COMMAND"], jobs.Select(Row));
    }

    private static IReadOnlyList<string> Row(JobInfo job) =>
    [
        job.Name,
        job.Kind.ToString().ToLowerInvariant(),
        job.Host,
        StateOf(job),
        job.Pid?.ToString(CultureInfo.InvariantCulture) ?? "-",
        job.MemoryBytes is { } memory ? Output.Size(memory) : "-",
        job.CpuSeconds is { } cpu ? Output.Duration(TimeSpan.FromSeconds(cpu)) : "-",
        Output.Duration((job.Ended ?? DateTimeOffset.UtcNow) - job.Started),
        job.ServiceAddress is { } address ? $"http://{address} {string.Join(' ', job.Arguments)}" : string.Join(' ', job.Arguments),
    ];

    private static string StateOf(JobInfo job) => job switch
    {
        { State: JobState.Ended, Signal: { } signal } => $"killed by {SignalName.Of(signal)}",
        { State: JobState.Ended, ExitStatus: null } => "ended",
        { State: JobState.Ended } => $"ended {job.ExitStatus}",
        { State: JobState.Moved } => $"moved to {job.MovedTo}",
        _ => job.State.ToString().ToLowerInvariant(),
    };
}
