using Yadokari.Engine.Resources.Descriptors;

namespace Yadokari.Engine.Consent;

/// <summary>Files that a program has opened by the library, and thereby promised to be found by path wherever it goes.</summary>
internal static class ProgramFiles
{
    /// <summary>Notes in the image of a process' descriptors which of them are such files. The process stands still.</summary>
    public static DescriptorTableImage Mark(DescriptorTableImage table, int pid)
    {
        using ProgramMailbox? mailbox = ProgramMailbox.TryOpen(pid, null);
        if (mailbox?.ReadFiles() is not { Count: > 0 } files)
        {
            return table;
        }
        JobPaths paths = new(pid);
        return table with { Descriptions = [.. table.Descriptions.Select(d => Mark(d, files, paths))] };
    }

    private static DescriptorImage Mark(DescriptorImage image, IReadOnlyDictionary<int, string> files, JobPaths paths)
    {
        foreach (DescriptorNumber number in image.Numbers)
        {
            // Another file when the number was closed behind the library's back and given away again.
            if (image is PathImage { IsRegular: true } path && files.TryGetValue(number.Number, out string? opened)
                && paths.Status(opened, followLink: true) is { } meant && paths.Status(path.Path) is { } open && meant.IsSameFile(open))
            {
                return path with { OpenedAs = opened };
            }
        }
        return image;
    }
}
