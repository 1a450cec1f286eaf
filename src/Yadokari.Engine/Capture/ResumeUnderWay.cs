using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Context;
using Yadokari.Linux;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>A job that is just being rebuilt from its context file: until it runs, it has memory in common with whoever waits for it.</summary>
internal static class ResumeUnderWay
{
    /// <param name="main">The job's main process.</param>
    /// <param name="mapped">Its processes with their mappings.</param>
    /// <returns>Null: nobody rebuilds it.</returns>
    public static Obstacle? Find(int main, IReadOnlyList<(int Pid, IReadOnlyList<Vma> Vmas)> mapped)
    {
        HashSet<(uint, uint, ulong)> shared = [.. mapped.SelectMany(process => process.Vmas)
            .Where(vma => vma.Shared && vma.Name.StartsWith("/dev/zero", StringComparison.Ordinal))
            .Select(vma => (vma.DeviceMajor, vma.DeviceMinor, vma.Inode))];
        for (ProcStat? above = shared.Count == 0 ? null : ProcStat.Read(main); above is { PPid: > 1 }; above = ProcStat.Read(above.PPid))
        {
            if (Rebuilds(above.PPid, shared))
            {
                return new Obstacle("resuming", $"process {above.PPid} is just resuming it from a context file; try again when it runs") { Passes = true };
            }
        }

        return null;
    }

    private static bool Rebuilds(int pid, HashSet<(uint, uint, ulong)> shared)
    {
        bool has = false;
        try
        {
            if (RunsContextFile(pid))
            {
                ProcMaps.ForEachFile(pid, key => has |= shared.Contains(key));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SystemCallException)
        {
            // It has ended, or is another user's, which resumes nothing for this one.
        }

        return has;
    }

    private static bool RunsContextFile(int pid)
    {
        using SafeFileHandle program = File.OpenHandle($"{ProcTasks.Directory(pid)}/exe");
        Span<byte> page = stackalloc byte[ContextHeader.Length];
        return ContextHeader.IsOne(page[..RandomAccess.Read(program, page, 0)]);
    }
}
