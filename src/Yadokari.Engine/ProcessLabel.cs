using Yadokari.Linux.Proc;

namespace Yadokari.Engine;

/// <summary>How a process is called in what is said of it.</summary>
internal static class ProcessLabel
{
    /// <summary>What each label of it begins with, also when it has gone.</summary>
    public static string Begin(int pid) => $"process {pid} (";

    public static string Of(int pid) => $"{Begin(pid)}{ProcStat.Read(pid)?.Name ?? "?"})";
}
