using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Linux.Descriptors;

namespace Yadokari.Engine.Consent;

/// <summary>What a program has said of its open files: each is found by path wherever it goes, or travels.</summary>
internal sealed class ProgramFiles
{
    private readonly IReadOnlyDictionary<int, ProgramFile> _files;
    private readonly JobPaths _paths;
    private readonly HashSet<(ulong, ulong)> _travelling = [];

    /// <param name="paths">Of the process.</param>
    /// <param name="descriptions">All that it has open: a file that travels does so for each of its descriptions.</param>
    public ProgramFiles(int pid, JobPaths paths, IReadOnlyList<OpenDescription> descriptions)
    {
        _paths = paths;
        using ProgramMailbox? mailbox = ProgramMailbox.TryOpen(pid, null);
        HasMailbox = mailbox is not null;
        _files = mailbox?.ReadFiles() ?? new Dictionary<int, ProgramFile>();
        foreach (OpenDescription description in _files.Count > 0 ? descriptions : [])
        {
            if (description.Status.IsRegular && Find(description) is { Travels: true })
            {
                _travelling.Add((description.Status.Device, description.Status.Inode));
            }
        }
    }

    /// <summary>It is a program that knows it moves.</summary>
    public bool HasMailbox { get; }

    public bool Travels(FileStatus file) => _travelling.Contains((file.Device, file.Inode));

    /// <summary>What was said of a description; null for one that was not opened by the library.</summary>
    public ProgramFile? Find(OpenDescription description)
    {
        foreach (DescriptorNumber number in description.Numbers)
        {
            // Another file when the number was closed behind the library's back and given away again.
            if (_files.TryGetValue(number.Number, out ProgramFile file)
                && _paths.Status(file.Path, followLink: true) is { } meant && meant.IsSameFile(description.Status))
            {
                return file;
            }
        }
        return null;
    }
}
