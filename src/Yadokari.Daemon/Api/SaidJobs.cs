using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Api;

/// <summary>The jobs of a host as it told them, at once or as changes one after the other.</summary>
/// <param name="Version">To be asked with for what changes from here on; "" where the host tells no changes.</param>
public sealed record SaidJobs(string Version, IReadOnlyList<JobInfo> Jobs)
{
    public static readonly SaidJobs Nothing = new("", []);

    /// <summary>With what it said then. What did not change stays the same object.</summary>
    public SaidJobs With(JobList list)
    {
        string version = list.Version ?? "";
        if (list.After is null)
        {
            return new SaidJobs(version, list.Jobs);
        }
        if (list.Jobs.Count == 0)
        {
            return this with { Version = version };
        }
        HashSet<string> changed = [.. list.Jobs.Select(j => j.Id)];
        return new SaidJobs(version, [.. Jobs.Where(j => !changed.Contains(j.Id)), .. list.Jobs]);
    }
}
