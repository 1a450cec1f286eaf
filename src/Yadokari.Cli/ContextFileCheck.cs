using Yadokari.Engine;
using Yadokari.Engine.Context;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;

namespace Yadokari.Cli;

/// <summary>Looks hard at a context file before it is run: running it is running a program.</summary>
public static class ContextFileCheck
{
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Opens a file that may be run: no link, nobody else may have changed it, every byte as it was written,
    /// everything it needs is here.</summary>
    /// <exception cref="CommandFailure">A link, writable by others, or this host lacks something (all is listed).</exception>
    /// <exception cref="EngineException">No such file, or not a whole context file.</exception>
    public static ContextFile OpenToRun(string path)
    {
        FileInfo info = new(path);
        if (info.LinkTarget is { } target)
        {
            throw new CommandFailure(ExitStatus.Failed, $"{path} is a symbolic link to {target}; give the context file itself");
        }

        if (info.Exists && (info.UnixFileMode & OthersWrite) != 0)
        {
            throw new CommandFailure(ExitStatus.Failed,
                $"{path} can be written by others, and resuming it runs what they put there; if you trust it: chmod go-w {path}");
        }

        if (FileStatus.AtPath(path) is { } status && status.Uid != CurrentUser.Effective)
        {
            Console.Error.WriteLine($"yado: note: {path} belongs to user {status.Uid}; resuming it runs their program as you");
        }

        ContextFile context = ContextFile.Open(path);
        context.RequireOwnPlan();
        context.VerifyPages();
        IReadOnlyList<Obstacle> missing = context.FindMissing();
        return missing.Count == 0
            ? context
            : throw new CommandFailure(ExitStatus.Refused, $"this host can't resume {path}; it lacks:")
            {
                Details = [.. missing.Select(m => m.ToString())],
            };
    }
}
