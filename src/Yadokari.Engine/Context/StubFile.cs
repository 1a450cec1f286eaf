using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;

namespace Yadokari.Engine.Context;

/// <summary>An executable memory file that runs a plan and has no image behind it.</summary>
internal static class StubFile
{
    public static SafeFileHandle Create(string name, RestorePlan plan, ulong regionBase, ulong regionLength)
    {
        SafeFileHandle file = MemoryFile.Create(name);
        byte[] control = plan.Encode(new RemoteAddress(regionBase), regionLength);
        ContextHeader header = new()
        {
            Format = Image.TreeImage.CurrentFormat,
            ControlOffset = ContextHeader.Length,
            ControlLength = control.Length,
            ControlAddress = regionBase + regionLength,
            ControlChecksum = Checksum.Compute(control),
            ManifestOffset = ContextHeader.Length,
            ManifestLength = 1,
            ManifestChecksum = 0,
            FileLength = ContextHeader.Length + control.Length,
        };
        RandomAccess.Write(file, header.ToBytes(), 0);
        RandomAccess.Write(file, control, ContextHeader.Length);
        return file;
    }
}
