using Yadokari.Engine.Resources.Memory;
using Yadokari.Linux;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Filling;

/// <summary>This kernel's vdso, as it maps it to every process.</summary>
internal static class OwnVdso
{
    private static readonly Lazy<VdsoImage?> Found = new(() => Of(Environment.ProcessId, ProcMaps.ReadMaps(Environment.ProcessId) ?? []));

    /// <summary>Null: it has none.</summary>
    public static VdsoImage? Image => Found.Value;

    /// <summary>A process's; null when it has none, or it can't be read.</summary>
    public static VdsoImage? Of(int pid, IReadOnlyList<Vma> vmas)
    {
        if (vmas.FirstOrDefault(vma => vma.Name == "[vdso]") is not { } vdso)
        {
            return null;
        }

        using RemoteMemory memory = new(pid);
        byte[] bytes = new byte[vdso.Length];
        return memory.Read(vdso.Start, bytes) != bytes.Length ? null : new VdsoImage
        {
            Start = vdso.Start.Value,
            Bytes = bytes,
            Data = [.. vmas.Where(vma => vma.Name.StartsWith("[vvar", StringComparison.Ordinal)).Select(vma => new KernelRange(vma.Start.Value, vma.Length))],
        };
    }

    /// <summary>Whether one is the other, wherever they lie.</summary>
    public static bool IsSame(VdsoImage one, VdsoImage other) =>
        one.Bytes.AsSpan().SequenceEqual(other.Bytes)
        && one.Data.Select(range => (one.Start - range.Start, range.Length)).SequenceEqual(other.Data.Select(range => (other.Start - range.Start, range.Length)));
}
