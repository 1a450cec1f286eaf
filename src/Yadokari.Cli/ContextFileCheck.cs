using Microsoft.Win32.SafeHandles;
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
    /// <returns>The caller disposes it.</returns>
    /// <exception cref="CommandFailure">A link, writable by others, or this host lacks something (all is listed).</exception>
    /// <exception cref="EngineException">No such file, or not a whole context file.</exception>
    public static RunnableContext OpenToRun(string path)
    {
        SafeFileHandle file = ContextFile.OpenHandle(path);
        try
        {
            RefuseExchanged(path, file);
            ContextFile context = ContextFile.Read(path, file);
            context.RequireOwnPlan();
            context.VerifyPages(file);
            IReadOnlyList<Obstacle> missing = context.FindMissing();
            return missing.Count == 0
                ? new RunnableContext(context, file)
                : throw new CommandFailure(ExitStatus.Refused, $"this host can't resume {path}; it lacks:")
                {
                    Details = [.. missing.Select(m => m.ToString())],
                };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void RefuseExchanged(string path, SafeFileHandle file)
    {
        if (new FileInfo(path).LinkTarget is { } target)
        {
            throw new CommandFailure(ExitStatus.Failed, $"{path} is a symbolic link to {target}; give the context file itself");
        }

        FileStatus status = FileStatus.Of(file);
        if (((UnixFileMode)status.Permissions & OthersWrite) != 0)
        {
            throw new CommandFailure(ExitStatus.Failed,
                $"{path} can be written by others, and resuming it runs what they put there; if you trust it: chmod go-w {path}");
        }

        if (status.Uid != CurrentUser.Effective)
        {
            Console.Error.WriteLine($"yado: note: {path} belongs to user {status.Uid}; resuming it runs their program as you");
        }
    }
}
