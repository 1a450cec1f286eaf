using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Yadokari.Protocol;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Api;

/// <summary>
/// What has changed in a list of jobs since it was told before, for any number of askers: each says which version it has, and nothing is
/// kept of them. Figures are rounded, so that what did not really change is not told again. Thread-safe.
/// </summary>
public sealed class JobChanges
{
    private const long MemoryStep = 256 << 10;

    /// <summary>A version is told by one daemon, and says nothing to the next one.</summary>
    private readonly string _origin = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Known> _known = [];
    private long _version = 1;

    /// <summary>Since this version no job has gone from the list.</summary>
    private long _whole = 1;

    /// <param name="list">All jobs, as they are now.</param>
    /// <param name="after">Version that the asker has; anything else: it has none.</param>
    public JobList Tell(JobList list, string after)
    {
        lock (_lock)
        {
            TakeIn(list.Jobs);
            long had = VersionOf(after);
            bool isPart = had >= _whole && had <= _version;
            return list with
            {
                Jobs = [.. list.Jobs.Select(j => _known[j.Id]).Where(k => !isPart || k.Version > had).Select(k => k.Rounded)],
                Hosts = list.Hosts is { } hosts ? Brief(hosts) : null,
                Version = string.Create(CultureInfo.InvariantCulture, $"{_origin}-{_version}"),
                After = isPart ? after : null,
            };
        }
    }

    /// <summary>Without what does not change while a daemon runs.</summary>
    private static HostList Brief(HostList hosts) =>
        new(Brief(hosts.Self), [.. hosts.Peers.Select(p => p.Host is { CpuFeatures.Count: > 0 } host ? p with { Host = Brief(host) } : p)]);

    private static HostInfo Brief(HostInfo host) => host with { CpuFeatures = [] };

    private static JobInfo Round(JobInfo job) => job with
    {
        CpuSeconds = null,
        Demand = null,
        CpuUse = job.CpuUse is { } use ? Math.Round(use, 2) : null,
        MemoryBytes = job.MemoryBytes is { } bytes ? (bytes + MemoryStep - 1) / MemoryStep * MemoryStep : null,
    };

    private void TakeIn(IReadOnlyList<JobInfo> jobs)
    {
        long next = _version + 1;
        foreach (JobInfo job in jobs)
        {
            Known? before = _known.GetValueOrDefault(job.Id);
            if (before is not null && ReferenceEquals(before.Source, job))
            {
                continue;
            }
            JobInfo rounded = Round(job);
            // Lists in it are other objects each time: what would be told is compared.
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(rounded, ProtocolJson.Default.JobInfo);
            bool isSame = before is not null && before.Json.AsSpan().SequenceEqual(json);
            if (!isSame)
            {
                _version = next;
            }
            _known[job.Id] = isSame ? before! with { Source = job } : new Known(job, rounded, json, next);
        }
        if (_known.Count > jobs.Count)
        {
            HashSet<string> here = [.. jobs.Select(j => j.Id)];
            foreach (string gone in _known.Keys.Where(id => !here.Contains(id)).ToArray())
            {
                _known.Remove(gone);
            }
            _version = _whole = next;
        }
    }

    private long VersionOf(string text)
    {
        int at = text.IndexOf('-');
        return at > 0 && text.AsSpan(0, at).SequenceEqual(_origin)
            && long.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long version)
            ? version
            : 0;
    }

    /// <param name="Source">The object that it was read from: while it is the same one, nothing has changed.</param>
    /// <param name="Version">In which it changed last.</param>
    private sealed record Known(JobInfo Source, JobInfo Rounded, byte[] Json, long Version);
}
