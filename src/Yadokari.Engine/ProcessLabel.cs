using Yadokari.Linux.Proc;

namespace Yadokari.Engine;

/// <summary>How a process is called in what is said of it.</summary>
internal static class ProcessLabel
{
    public static string Of(int pid) => $"process {pid} ({ProcStat.Read(pid)?.Name ?? "?"})";
}
