using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Web.Watching;

/// <summary>A job as the page shows it. Rounded, so that what did not really change is not sent again.</summary>
/// <param name="Command">Its arguments, one line.</param>
/// <param name="Started">Unix time, milliseconds.</param>
/// <param name="Over">Nothing more happens to it.</param>
/// <param name="Cpu">Processors used.</param>
/// <param name="Memory">Bytes.</param>
/// <param name="Exit">As a shell reports it; null unless it has ended.</param>
/// <param name="Ended">Unix time, milliseconds.</param>
public sealed record PageJob(
    string Id, string Name, string Host, JobState State, JobKind Kind, string Command, int? Pid, long Started, int Epoch, bool Over, double? Cpu, long? Memory,
    int? Exit, long? Ended, string? Address, string? Note, MoveUnderWay? UnderWay, int Checkpoints, long? LastCheckpoint, double? Every)
{
    private const int LongestCommand = 400;

    private const long MemoryStep = 256 << 10;

    public static PageJob Of(JobInfo job)
    {
        string command = string.Join(' ', job.Arguments);
        return new PageJob(
            job.Id, job.Name, job.Host, job.State, job.Kind, command.Length > LongestCommand ? command[..LongestCommand] + "…" : command, job.Pid,
            job.Started.ToUnixTimeMilliseconds(), job.Epoch, job.IsOver, job.CpuUse is { } use ? Math.Round(use, 2) : null,
            job.MemoryBytes is { } bytes ? (bytes + MemoryStep - 1) / MemoryStep * MemoryStep : null, job.State == JobState.Ended ? job.ShellStatus : null,
            job.Ended?.ToUnixTimeMilliseconds(), job.ServiceAddress, job.Note, job.UnderWay, job.Checkpoints?.Count ?? 0,
            job.Checkpoints is [{ } last, ..] ? last.At.ToUnixTimeMilliseconds() : null, job.Plan?.EverySeconds);
    }
}
