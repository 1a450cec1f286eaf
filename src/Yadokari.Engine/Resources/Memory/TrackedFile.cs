using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>A private mapping of a file, with nothing in it that is not the file's, whose content was copied ahead: it holds
/// as long as file and mapping are the same.</summary>
internal sealed record TrackedFile(Vma Mapping, FileStatus Status)
{
    /// <summary>A file that is written through a mapping elsewhere tells it by its time, and again each time what was written has
    /// gone to the disk, some 35 seconds later.</summary>
    private const long SettledNanoseconds = 300_000_000_000;

    /// <summary>Null: not a file of which it can be told whether it changes.</summary>
    public static TrackedFile? Of(int pid, Vma vma, IReadOnlySet<(uint Major, uint Minor)> memoryDevices)
    {
        if (memoryDevices.Contains((vma.DeviceMajor, vma.DeviceMinor)) || FileFacts.Regular(pid, vma.Name) is not { } status || status.Inode != vma.Inode)
        {
            return null;
        }

        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000;
        return now - status.ModifiedNanoseconds > SettledNanoseconds ? new TrackedFile(vma, status) : null;
    }

    /// <summary>Whether a mapping of now shows the same file in the same way.</summary>
    public bool IsSame(Vma vma, FileStatus? status) =>
        vma.Start == Mapping.Start && vma.End == Mapping.End && vma.Inode == Mapping.Inode && vma.Offset == Mapping.Offset
        && vma.DeviceMajor == Mapping.DeviceMajor && vma.DeviceMinor == Mapping.DeviceMinor && vma.Name == Mapping.Name
        && status is { } now && now.IsSameFile(Status) && now.Size == Status.Size && now.ModifiedNanoseconds == Status.ModifiedNanoseconds;
}
