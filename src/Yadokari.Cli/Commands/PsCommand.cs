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

    private static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "Print only the ids, for other commands" };

    private static readonly Option<string[]> Filters = new("--filter", "-f")
    {
        Description = $"Only those of which that holds: {string.Join(", ", JobFilter.Keys)}; * stands for anything. May be given several times",
        HelpName = "KEY=VALUE",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> Sort = new("--sort")
    {
        Description = $"Order by {string.Join(", ", JobOrder.Keys)}; by age when left out. Words go from a to z, what is most comes first",
        HelpName = "KEY",
    };

    private static readonly Option<bool> Tree = new("--tree", "-t") { Description = "Each job with its processes below it" };

    private static readonly Option<bool> Json = CommonOptions.Json();

    public static Command Create()
    {
        Filters.Validators.Add(result =>
        {
            if (result.Tokens.Select(t => JobFilter.WhyNot(t.Value)).OfType<string>().FirstOrDefault() is { } fault)
            {
                result.AddError(fault);
            }
        });
        Sort.AcceptOnlyFromAmong([.. JobOrder.Keys]);
        Command command = new("ps", "List the jobs of this host and of all hosts it knows") { All, Quiet, Filters, Sort, Tree, Json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Quiet) && result.GetValue(Json))
            {
                result.AddError("give --quiet or --json, not both");
            }

            if (result.GetValue(Quiet) && result.GetValue(Tree))
            {
                result.AddError("give --quiet or --tree, not both");
            }
        });
        command.SetAction(RunAsync);
        HelpWithExamples.SetText(command,
            """
            Filters with the same key: one of them must hold; with different ones: all. A filter by state looks at jobs that
            are over, too, as with --all.

            MOVABLE is yes, or the name of what stands in the way of a move ('yado check JOB' lists it all), as it was seen some
            seconds ago; ? when it was not looked at yet: ask again.

            Examples:
              yado ps --filter host=h2 --sort memory
              yado ps --tree
              yado ps --filter state=ended --filter state=lost
              yado kill $(yado ps --quiet --filter name='test-*')
            """);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using YadoClient daemon = await LocalDaemon.ConnectAsync(cancel);
        JobList list = await daemon.ListJobsAsync(everywhere: true, cancel, movable: true);
        JobFilter filter = new(parsed.GetValue(Filters) ?? []);
        bool all = parsed.GetValue(All) || filter.AsksForStates;
        IReadOnlyList<JobInfo> jobs = JobOrder.By(
            parsed.GetValue(Sort), list.Jobs.Where(j => (all || !j.IsOver || j.State is JobState.Lost or JobState.Saved) && filter.Matches(j)));
        if (list.Unreachable.Count > 0)
        {
            Console.Error.WriteLine($"yado: no answer from {string.Join(' ', list.Unreachable)}; what it last had is listed as unreachable");
        }

        if (parsed.GetValue(Quiet))
        {
            foreach (JobInfo job in jobs)
            {
                Console.WriteLine(job.Id);
            }

            return;
        }

        if (parsed.GetValue(Tree))
        {
            await JobForest.WriteAsync(daemon, jobs, parsed.GetValue(Json), cancel);
            return;
        }

        if (parsed.GetValue(Json))
        {
            Output.Json(JsonSerializer.Serialize(jobs, CliJson.Default.IReadOnlyListJobInfo));
            return;
        }

        Output.WriteTable(["JOB", "KIND", "HOST", "STATE", "PID", "MEMORY", "CPU", "AGE", "MOVABLE", "COMMAND"], jobs.Select(Row));
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
        MovableOf(job),
        job.ServiceAddress is { } address ? $"http://{address} {string.Join(' ', job.Arguments)}" : string.Join(' ', job.Arguments),
    ];

    /// <summary>The first obstacle stands for all: <c>yado check</c> lists them.</summary>
    private static string MovableOf(JobInfo job) => job switch
    {
        { Movable: true } => "yes",
        { Obstacles: [{ } first, ..] } => first.Name,
        { State: JobState.Running or JobState.Moving } => "?",
        _ => "-",
    };

    internal static string StateOf(JobInfo job) => job switch
    {
        { State: JobState.Ended, Signal: { } signal } => $"killed by {SignalName.Of(signal)}",
        { State: JobState.Ended, ExitStatus: null } => "ended",
        { State: JobState.Ended } => $"ended {job.ExitStatus}",
        { State: JobState.Moved } => $"moved to {job.MovedTo}",
        _ => job.State.ToString().ToLowerInvariant(),
    };
}
