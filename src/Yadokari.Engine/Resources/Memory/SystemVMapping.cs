using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>Tells mappings of System V shared memory: their inode is the segment's id.</summary>
internal static class SystemVMapping
{
    private static readonly Lazy<(uint Major, uint Minor)> KernelDevice = new(static () =>
    {
        using SafeFileHandle own = MemoryFile.Create("yadokari-device");
        FileStatus status = FileStatus.Of(own);
        return (status.DeviceMajor, status.DeviceMinor);
    });

    public static bool IsSegment(Vma vma) =>
        vma.Shared && vma.Name.StartsWith("/SYSV", StringComparison.Ordinal) && KernelDevice.Value == (vma.DeviceMajor, vma.DeviceMinor);

    public static string KeyOf(ulong id) => $"{SegmentImage.KeyPrefix}{id}";
}
