using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Linux;
using Yadokari.Linux.Cpu;
using Yadokari.Linux.Descriptors;

namespace Yadokari.Engine.Context;

/// <summary>Compares what an image needs with what this host has, before anything is started.</summary>
internal static class HostCheck
{
    public static IReadOnlyList<Obstacle> FindMissing(HostNeeds needs)
    {
        List<Obstacle> missing = [];
        CheckProcessor(needs, missing);
        foreach (HostNeed need in needs.Needs)
        {
            Check(need, missing);
        }

        CheckUser(needs.User, missing);
        return missing;
    }

    private static void Check(HostNeed need, List<Obstacle> missing)
    {
        switch (need.Kind)
        {
            case HostNeedKind.MappedFile:
                CheckFile(need.Path, need.Length, "mapped", missing);
                break;
            case HostNeedKind.MappedFileIfThere:
                if (FileAt(need.Path) is not null)
                {
                    CheckFile(need.Path, need.Length, "mapped", missing);
                }

                break;
            case HostNeedKind.OpenFile:
                CheckFile(need.Path, need.Length, "open", missing);
                break;
            case HostNeedKind.OpenDirectory when !IsDirectory(need.Path):
                missing.Add(new Obstacle("missing-directory", $"the open directory {need.Path} does not exist here"));
                break;
            case HostNeedKind.OpenPath when FileAt(need.Path, followLink: false) is null:
                missing.Add(new Obstacle("missing-file", $"{need.Path} does not exist here"));
                break;
            case HostNeedKind.WatchedPath when FileAt(need.Path, followLink: false) is null:
                missing.Add(new Obstacle("missing-file", $"{need.Path}, which is watched, does not exist here"));
                break;
            case HostNeedKind.NamedPipe when FileAt(need.Path) is not { IsFifo: true }:
                missing.Add(new Obstacle("missing-file", $"the named pipe {need.Path} does not exist here"));
                break;
            case HostNeedKind.TravellingFile:
                CheckTravelling(need, missing);
                break;
            case HostNeedKind.WorkingDirectory when !IsDirectory(need.Path):
                missing.Add(new Obstacle("missing-directory", $"the working directory {need.Path} does not exist here"));
                break;
            case HostNeedKind.Socket:
                AddressCheck.Check(need.Socket!, missing);
                break;
            case HostNeedKind.AioContext when (ulong)need.Length < AioContexts.LeastLength():
                missing.Add(new Obstacle("aio", AioContexts.TooShort((ulong)need.Length)));
                break;
            case HostNeedKind.Connection:
                AddressCheck.Check(need.Connection!, missing);
                break;
        }
    }

    private static void CheckProcessor(HostNeeds needs, List<Obstacle> missing)
    {
        CpuFeatures host = CpuFeatures.ReadHost();
        CpuFeatures needed = CpuFeatures.FromNames(needs.CpuFeatures, out IReadOnlyList<string> unknown);
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

        foreach (XsaveComponentImage component in needs.XsaveComponents)
        {
            if (components.TryGetValue(component.Number, out XsaveComponent own) && (own.Offset != component.Offset || own.Size != component.Size))
            {
                missing.Add(new Obstacle("cpu-state", $"this host's processor keeps register state component {component.Number} in another place"));
            }
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
    private static void CheckTravelling(HostNeed need, List<Obstacle> missing)
    {
        if (!IsDirectory(need.Directory ?? "/"))
        {
            missing.Add(new Obstacle("missing-directory", $"{need.Path} travels with the job, and its directory does not exist here"));
        }
        else if (FileAt(need.Path) is { } file && (file.IsDirectory || file.Size > need.Length))
        {
            missing.Add(new Obstacle("other-file", $"{need.Path} travels with the job, and another file is there: move that away first"));
        }
    }

    private static void CheckUser(uint user, List<Obstacle> missing)
    {
        uint own = CurrentUser.Effective;
        if (own != 0 && own != user)
        {
            missing.Add(new Obstacle("other-user", $"the job ran as user {user}; you are {own} (resume it as that user or as root)"));
        }
    }
}
