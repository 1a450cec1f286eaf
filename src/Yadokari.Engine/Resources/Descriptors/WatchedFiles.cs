using System.Collections.Concurrent;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>
/// Finds paths of files that an inotify watches, of which the kernel tells the inodes only, and of files whose name is gone while they have another,
/// those of unix sockets among them. Looked for among what the job uses (working
/// directory, program, open files) and the directories above, then beside all of these, then below the directories used, as far as that
/// is soon done. A directory is not read where the job would see that, nor what is below one in which everybody writes, as /tmp: those
/// are others', who may watch them. Root asks the kernel.
/// </summary>
internal sealed class WatchedFiles(int pid, JobPaths paths, IReadOnlyList<OpenDescription> descriptions, SharedDescriptions shared)
{
    private const int MostEntries = 20_000;
    private const int MostHints = 1000;

    /// <summary>Where files were found before: the freeze comes soon after the look. Each is looked at again.</summary>
    private static readonly ConcurrentDictionary<(ulong Device, ulong Inode), string> Hints = [];

    /// <summary>What the look did not find: it is not looked for again while the job stands still.</summary>
    private static readonly ConcurrentDictionary<(uint Device, uint Inode), bool> NotFound = [];

    private IReadOnlyList<MountInfo>? _mounts;

    /// <returns>Its path, as the process would say it; null when it was not found.</returns>
    public string? Find(InotifyWatch watch)
    {
        if (Hints.TryGetValue((watch.Device, watch.Inode), out string? hint) && Leads(hint, watch))
        {
            return hint;
        }

        string? found = ByHandle(watch) ?? Candidates().FirstOrDefault(path => Leads(path, watch));
        Remember((watch.Device, watch.Inode), found);
        return found;
    }

    /// <summary>The file of a unix socket that is not where its name leads.</summary>
    /// <param name="device">In the kernel's encoding.</param>
    /// <param name="name">Under which it was made. If that is absolute it is in the same directory by another name, as a rule; else the
    /// same name leads to it from another directory.</param>
    /// <returns>Null when it was not found: as a rule it is removed.</returns>
    public string? FindSocket(uint device, uint inode, string name, bool frozen)
    {
        bool Leads(string path) => paths.Status(path) is { IsSocket: true } there && (uint)there.Inode == inode && IsOn(path, there, device);
        if (Hints.TryGetValue((device, inode), out string? hint) && Leads(hint))
        {
            return hint;
        }

        bool relative = !name.StartsWith('/');
        string? found = relative ? null : Entries(Path.GetDirectoryName(name) ?? "/").FirstOrDefault(Leads);
        if (found is null && !(frozen && NotFound.ContainsKey((device, inode))))
        {
            found = Candidates().SelectMany<string, string>(path => relative ? [path, $"{path.TrimEnd('/')}/{name}"] : [path]).FirstOrDefault(Leads);
        }

        Remember((device, inode), found);
        if (NotFound.Count >= MostHints)
        {
            NotFound.Clear();
        }

        NotFound.TryRemove((device, inode), out _);
        if (found is null)
        {
            NotFound[(device, inode)] = true;
        }

        return found;
    }

    private static void Remember((ulong Device, ulong Inode) file, string? path)
    {
        if (path is not null)
        {
            if (Hints.Count >= MostHints)
            {
                Hints.Clear();
            }

            Hints[file] = path;
        }
    }

    /// <returns>Another path of a file that has lost the one that it was opened by; null when it was not found.</returns>
    public string? FindOther(FileStatus file)
    {
        bool Leads(string path) => paths.Status(path) is { } there && there.IsSameFile(file);
        (ulong, ulong) key = (file.Device, file.Inode);
        if (Hints.TryGetValue(key, out string? hint) && Leads(hint))
        {
            return hint;
        }

        string? found = Candidates().FirstOrDefault(Leads);
        Remember(key, found);
        return found;
    }

    /// <summary>Whether a user may read what stands at a path, by its permission bits: else it can't be watched again as that user.</summary>
    public bool MayRead(string path) => paths.Status(path) is { } file && MayRead(file);

    public bool MayRead(FileStatus file)
    {
        const uint readOwner = 0x100, readGroup = 0x20, readOther = 4;
        if (ProcStatus.Read(pid) is not { } user)
        {
            return false;
        }

        uint needed = user.Uids[1] == file.Uid ? readOwner : user.Gids[1] == file.Gid || user.Groups.Contains(file.Gid) ? readGroup : readOther;
        return user.Uids[1] == 0 || (file.Permissions & needed) != 0;
    }

    private string? ByHandle(InotifyWatch watch)
    {
        if (watch.Handle.Length == 0)
        {
            return null;
        }

        foreach (MountInfo mount in Mounts().Where(mount => mount.DeviceMajor == Major(watch.Device) && mount.DeviceMinor == Minor(watch.Device) && !IsSeen(mount.Point)))
        {
            if (FileHandlePath.Find($"{ProcTasks.Directory(pid)}/root{mount.Point}", watch.HandleType, watch.Handle) is { } path && Leads(paths.Own(path), watch))
            {
                return paths.Own(path);
            }
        }

        return null;
    }

    /// <summary>Whether to read a directory would be an event for the job: it watches it, or the one that it is in.</summary>
    private bool IsSeen(string directory)
    {
        const uint seen = 0x31; // IN_ACCESS|IN_CLOSE_NOWRITE|IN_OPEN
        return shared.Watches.Any(watch => (watch.Mask & seen) != 0
            && (Leads(directory, watch) || (Path.GetDirectoryName(directory) is { } above && Leads(above, watch))));
    }

    /// <param name="device">In the kernel's encoding.</param>
    public static bool IsDevice(FileStatus file, ulong device) => (file.DeviceMajor, file.DeviceMinor) == (Major(device), Minor(device));

    private static uint Major(ulong device) => (uint)(device >> 20);

    private static uint Minor(ulong device) => (uint)(device & 0xfffff);

    private IReadOnlyList<MountInfo> Mounts() => _mounts ??= [.. MountInfo.Read(pid)?.Values ?? []];

    private bool Leads(string path, InotifyWatch watch) =>
        paths.Status(path) is { } there && there.Inode == watch.Inode && IsOn(path, there, watch.Device);

    /// <summary>The kernel's number of a device is another than stat's on some file systems: then the mount decides.</summary>
    private bool IsOn(string path, FileStatus there, ulong device)
    {
        if (IsDevice(there, device))
        {
            return true;
        }

        (uint major, uint minor) = (Major(device), Minor(device));
        MountInfo? mount = Mounts().Where(mount => mount.Point == "/" || path == mount.Point || path.StartsWith(mount.Point + "/", StringComparison.Ordinal)).MaxBy(mount => mount.Point.Length);
        return mount is not null && (mount.DeviceMajor, mount.DeviceMinor) == (major, minor);
    }

    private IEnumerable<string> Candidates()
    {
        List<string> used = [];
        HashSet<string> near = [];
        HashSet<string> known = [];
        void Add(string? path)
        {
            if (path is null || !path.StartsWith('/'))
            {
                return;
            }

            near.Add(paths.Status(path) is { IsDirectory: true } ? path : Path.GetDirectoryName(path) ?? path);
            for (string? at = path; at is not null && known.Add(at); at = Path.GetDirectoryName(at))
            {
                used.Add(at);
            }
        }

        Add(ProcMisc.WorkingDirectory(pid) is { } directory ? paths.Own(directory) : null);
        foreach (OpenDescription description in descriptions)
        {
            Add(paths.Own(description.Link));
        }

        Add(ProcMisc.Executable(pid) is { } program ? paths.Own(program) : null);
        used.AddRange(ProcMisc.CommandLine(pid)?.Where(word => word.StartsWith('/') && known.Add(word)) ?? []);
        foreach (string path in used)
        {
            yield return path;
        }

        int left = MostEntries;
        Queue<string> directories = new(used.Where(path => paths.Status(path) is { IsDirectory: true }));
        while (left > 0 && directories.TryDequeue(out string? one))
        {
            bool isNear = near.Contains(one) && one != "/" && !IsEverybodys(one);
            foreach (string entry in Entries(one).TakeWhile(_ => left-- > 0))
            {
                yield return entry;
                if (known.Add(entry) && isNear && paths.Status(entry) is { IsDirectory: true })
                {
                    near.Add(entry);
                    directories.Enqueue(entry);
                }
            }
        }
    }

    private bool IsEverybodys(string directory)
    {
        const uint sticky = 0x200, othersWrite = 2;
        return paths.Status(directory) is { } status && (status.Permissions & (sticky | othersWrite)) == (sticky | othersWrite);
    }

    private IEnumerable<string> Entries(string directory)
    {
        if (IsSeen(directory))
        {
            return [];
        }

        string root = $"{ProcTasks.Directory(pid)}/root";
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(root + directory).Select(path => path[root.Length..].Replace("//", "/", StringComparison.Ordinal)).Take(MostEntries)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone, or not for whoever looks.
            return [];
        }
    }
}
