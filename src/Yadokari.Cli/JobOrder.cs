using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli;

/// <summary>In which order jobs are listed.</summary>
public static class JobOrder
{
    private static readonly Dictionary<string, Func<IEnumerable<JobInfo>, IOrderedEnumerable<JobInfo>>> Orders = new()
    {
        ["age"] = jobs => jobs.OrderBy(j => j.Started),
        ["name"] = jobs => jobs.OrderBy(j => j.Name, StringComparer.Ordinal),
        ["host"] = jobs => jobs.OrderBy(j => j.Host, StringComparer.Ordinal),
        ["state"] = jobs => jobs.OrderBy(j => j.State.ToString(), StringComparer.Ordinal),
        ["memory"] = jobs => jobs.OrderByDescending(j => j.MemoryBytes ?? -1),
        ["cpu"] = jobs => jobs.OrderByDescending(j => j.CpuSeconds ?? -1),
    };

    public static IEnumerable<string> Keys => Orders.Keys;

    /// <param name="key">One of <see cref="Keys"/>; null: by age.</param>
    public static IReadOnlyList<JobInfo> By(string? key, IEnumerable<JobInfo> jobs) => [.. Orders[key ?? "age"](jobs).ThenBy(j => j.Started)];
}
