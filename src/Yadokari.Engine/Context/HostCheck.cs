using System.Globalization;
using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Linux;
using Yadokari.Linux.Cpu;
using Yadokari.Linux.Descriptors;

namespace Yadokari.Engine.Context;

/// <summary>Compares what an image needs with what this host has, before anything is started.</summary>
internal static class HostCheck
{
    public static IReadOnlyList<Obstacle> FindMissing(TreeImage image)
    {
        List<Obstacle> missing = [];
        CheckProcessor(image, missing);
        HashSet<string> seen = [];
        foreach (ProcessImage process in image.Processes)
        {
            CheckProcess(image, process, seen, missing);
        }

        CheckUser(image.Main, missing);
        return missing;
    }

    private static void CheckProcess(TreeImage tree, ProcessImage image, HashSet<string> seen, List<Obstacle> missing)
    {
        foreach (MappingImage mapping in image.Memory.Mappings)
        {
            if (mapping.Kind is MappingKind.SharedFile or MappingKind.PrivateFile && seen.Add(mapping.Name))
            {
                CheckFile(mapping.Name, mapping.FileLength, "mapped", missing);
            }
        }

        foreach (DescriptorImage description in image.Descriptors.Descriptions.Concat(image.Parent == 0 ? tree.Shared.Descriptions : []))
        {
            if (description is PathImage path && !IsOwnProc(path.Path, image) && seen.Add(path.Path))
            {
                CheckPath(path, missing);
            }

            foreach (InotifyWatchImage watch in (description as InotifyImage)?.Watches ?? [])
            {
                if (FileAt(watch.Path, followLink: false) is null)
                {
                    missing.Add(new Obstacle("missing-file", $"{watch.Path}, which is watched, does not exist here"));
                }
            }

            if (description is SocketImage socket)
            {
                AddressCheck.Check(socket, missing);
            }
            else if (description is TcpEndImage end)
            {
                AddressCheck.Check(end, missing);
            }
        }

        foreach (PipeImage pipe in image.Descriptors.Pipes.Concat(image.Parent == 0 ? tree.Shared.Pipes : []))
        {
            if (pipe is { Path: { } name, Removed: false } && FileAt(name) is not { IsFifo: true })
            {
                missing.Add(new Obstacle("missing-file", $"the named pipe {name} does not exist here"));
            }
        }

        foreach (SharedObjectImage shared in image.Memory.SharedObjects.Concat(image.Parent == 0 ? tree.SharedObjects : []))
        {
            if (shared is { Common: false, FoundAt: { } place } && FileAt(place) is not null)
            {
                CheckFile(place, shared.Length, "mapped", missing);
            }

            if (shared.Travels is { } travelling)
            {
                CheckTravelling(travelling, shared, missing);
            }
        }

        string directory = image.Attributes.WorkingDirectory;
        if (!directory.StartsWith("/proc/self", StringComparison.Ordinal) && !IsOwnProc(directory, image) && seen.Add(directory + "/") && !IsDirectory(directory))
        {
            missing.Add(new Obstacle("missing-directory", $"the working directory {image.Attributes.WorkingDirectory} does not exist here"));
        }
    }

    /// <summary>Of the job's own process or one of its threads in /proc: there as soon as the job is, and not before.</summary>
    private static bool IsOwnProc(string path, ProcessImage image)
    {
        const string proc = "/proc/";
        return path.StartsWith(proc, StringComparison.Ordinal)
            && int.TryParse(path[proc.Length..].Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            && image.Threads.Any(thread => thread.Tid == id);
    }

    private static void CheckProcessor(TreeImage image, List<Obstacle> missing)
    {
        CpuFeatures host = CpuFeatures.ReadHost();
        CpuFeatures needed = CpuFeatures.FromNames(image.Origin.CpuFeatures, out IReadOnlyList<string> unknown);
        List<string> lacking = [.. (needed - host).Names, .. unknown];
        if (lacking.Count > 0)
        {
            missing.Add(new Obstacle("cpu-feature", $"this host's processor lacks {string.Join(", ", lacking)}, which the job may use (start it with yado run --cpu baseline to keep it portable)"));
        }

        Dictionary<int, XsaveComponent> components = [];
        foreach (XsaveComponent component in XsaveLayout.ReadHost().Components)
        {
            components[component.Number] = component;
        }

        foreach (XsaveComponentImage component in image.Origin.XsaveComponents)
        {
            if (components.TryGetValue(component.Number, out XsaveComponent own) && (own.Offset != component.Offset || own.Size != component.Size))
            {
                missing.Add(new Obstacle("cpu-state", $"this host's processor keeps register state component {component.Number} in another place"));
            }
        }
    }

    private static void CheckPath(PathImage path, List<Obstacle> missing)
    {
        // The resumed process has these whoever looks now.
        if (path.Path.StartsWith("/proc/self/", StringComparison.Ordinal))
        {
            return;
        }

        if (path.IsDirectory)
        {
            if (!IsDirectory(path.Path))
            {
                missing.Add(new Obstacle("missing-directory", $"the open directory {path.Path} does not exist here"));
            }
        }
        else if (path.IsRegular && !path.IsKernelMade)
        {
            CheckFile(path.Path, path.Size, "open", missing);
        }
        else if (FileAt(path.Path, followLink: false) is null)
        {
            missing.Add(new Obstacle("missing-file", $"{path.Path} does not exist here"));
        }
    }

    private static void CheckFile(string path, long length, string use, List<Obstacle> missing)
    {
        if (FileAt(path) is not { } file)
        {
            missing.Add(new Obstacle("missing-file", $"the {use} file {path} does not exist here"));
        }
        else if (!file.IsRegular)
        {
            missing.Add(new Obstacle("other-file", $"the {use} file {path} is no regular file here"));
        }
        else if (file.Size < length)
        {
            missing.Add(new Obstacle("short-file", $"the {use} file {path} has {file.Size} bytes here, {length} at the checkpoint"));
        }
    }

    private static bool IsDirectory(string path) => FileAt(path) is { IsDirectory: true };

    /// <summary>What is there; null also for what may not be reached.</summary>
    private static FileStatus? FileAt(string path, bool followLink = true)
    {
        try
        {
            return FileStatus.AtPath(path, followLink);
        }
        catch (SystemCallException e) when (e.Number is Errno.EACCES or Errno.EPERM)
        {
            return null;
        }
    }

    /// <summary>Whether a file that is there agrees is decided by the plan, which reads it.</summary>
    private static void CheckTravelling(string path, SharedObjectImage shared, List<Obstacle> missing)
    {
        if (!IsDirectory(shared.Directory ?? "/"))
        {
            missing.Add(new Obstacle("missing-directory", $"{path} travels with the job, and its directory does not exist here"));
        }
        else if (FileAt(path) is { } file && (file.IsDirectory || file.Size > shared.Length))
        {
            missing.Add(new Obstacle("other-file", $"{path} travels with the job, and another file is there: move that away first"));
        }
    }

    private static void CheckUser(ProcessImage image, List<Obstacle> missing)
    {
        uint user = image.Threads[0].Credentials.Uids[1];
        uint own = CurrentUser.Effective;
        if (own != 0 && own != user)
        {
            missing.Add(new Obstacle("other-user", $"the job ran as user {user}; you are {own} (resume it as that user or as root)"));
        }
    }
}
