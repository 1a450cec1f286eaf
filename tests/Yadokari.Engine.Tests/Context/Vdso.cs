using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Tests.Context;

/// <summary>The vdso of this process, as the kernel mapped it.</summary>
internal static class Vdso
{
    private static readonly Lazy<byte[]> Bytes = new(Read);

    public static byte[] Own() => Bytes.Value;

    private static byte[] Read()
    {
        Vma vdso = ProcMaps.ReadSmaps(Environment.ProcessId)!.Single(vma => vma.Name == "[vdso]");
        using FileStream memory = File.OpenRead("/proc/self/mem");
        memory.Position = (long)vdso.Start.Value;
        byte[] bytes = new byte[vdso.Length];
        memory.ReadExactly(bytes);
        return bytes;
    }
}
