using Yadokari.Engine.Resume;
using Yadokari.Linux.Proc;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Jobs;

/// <summary>From what a caller says of itself to what a program is started with.</summary>
internal static class SettingsOfCaller
{
    /// <summary>No hard limit is above the daemon's own: what is started for somebody may not get what its starter may not give.
    /// Root's daemon may give any.</summary>
    /// <returns>Null when nothing was said.</returns>
    public static StartSettings? Read(CallerSettings? told)
    {
        if (told is null)
        {
            return null;
        }
        Dictionary<int, ulong> most = Environment.IsPrivilegedProcess
            ? []
            : (ProcLimits.Read(Environment.ProcessId) ?? []).ToDictionary(l => l.Resource, l => l.Hard);
        return new StartSettings
        {
            Umask = (uint)told.Umask,
            Nice = told.Nice,
            Processors = told.Processors ?? [],
            Limits = [.. told.Limits.Select(l => Cut(l, most.GetValueOrDefault(l.Resource, ResourceLimit.Unlimited)))],
        };
    }

    private static ResourceLimit Cut(CallerLimit limit, ulong most) => new(limit.Resource, Math.Min(limit.Soft, most), Math.Min(limit.Hard, most));
}
