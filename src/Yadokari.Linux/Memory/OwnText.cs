using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Mman;

namespace Yadokari.Linux.Memory;

/// <summary>The code of this program and its libraries, as it is mapped.</summary>
public static class OwnText
{
    /// <summary>Takes the pages of code out of this process; those that are run again come back from the page cache, sixteen with
    /// each minor fault. A start runs much that is never run again. Only for a natively compiled program: its code is as it lies
    /// in the file. Other pages of the file may have been relocated, and are left alone.</summary>
    /// <exception cref="SystemCallException">/proc/self/maps can't be read.</exception>
    public static void Forget()
    {
        foreach (Vma vma in ProcMaps.ReadMaps(Environment.ProcessId) ?? [])
        {
            if (vma.IsFile && vma.Protection == (VmaProtection.Read | VmaProtection.Execute) && !vma.Shared)
            {
                _ = LinuxCall.Invoke(SystemCall.Madvise, (nint)vma.Start.Value, (nint)vma.Length, MADV_DONTNEED);
            }
        }
    }
}
