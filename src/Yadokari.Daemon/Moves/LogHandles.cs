using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Hosting;
using Yadokari.Linux.Descriptors;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Daemon.Moves;

/// <summary>The streams of a job whose output goes to its log, and the file for its exit status, open as the job needs them. Owns the handles.</summary>
public sealed class LogHandles : IDisposable
{
    private LogHandles(SafeFileHandle input, SafeFileHandle output, SafeFileHandle errors, SafeFileHandle exit)
    {
        Input = input;
        Output = output;
        Errors = errors;
        Exit = exit;
    }

    /// <summary>/dev/null.</summary>
    public SafeFileHandle Input { get; }

    /// <summary>Appends, so that a job that reopens or truncates its log leaves no hole in it.</summary>
    public SafeFileHandle Output { get; }

    /// <summary>The same handle as <see cref="Output"/> when both are one stream.</summary>
    public SafeFileHandle Errors { get; }

    public SafeFileHandle Exit { get; }

    /// <summary>Opens the files of a job's directory, making those that are missing; the exit status is emptied.</summary>
    /// <exception cref="IOException">They can't be opened.</exception>
    public static LogHandles Open(HomeDirectory home, string job, int epoch, bool errorsToOutput = false)
    {
        SafeFileHandle? output = null;
        SafeFileHandle? errors = null;
        SafeFileHandle? exit = null;
        try
        {
            output = OpenAppending(home.Output(job, epoch));
            errors = errorsToOutput ? output : OpenAppending(home.Errors(job, epoch));
            exit = File.OpenHandle(home.Exit(job, epoch), FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            return new LogHandles(File.OpenHandle("/dev/null"), output, errors, exit);
        }
        catch
        {
            output?.Dispose();
            errors?.Dispose();
            exit?.Dispose();
            throw;
        }
    }

    /// <summary>Those of a job whose streams are relayed to its caller; the exit status is emptied.</summary>
    /// <param name="streams">The job's ends of its three pipes; owned by what is returned.</param>
    /// <exception cref="IOException">The file for the exit status can't be opened.</exception>
    public static LogHandles ForCaller(HomeDirectory home, string job, int epoch, IReadOnlyList<SafeFileHandle> streams)
    {
        try
        {
            return new LogHandles(
                streams[0], streams[1], streams[2], File.OpenHandle(home.Exit(job, epoch), FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete));
        }
        catch
        {
            foreach (SafeFileHandle stream in streams)
            {
                stream.Dispose();
            }
            throw;
        }
    }

    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
        Errors.Dispose();
        Exit.Dispose();
    }

    private static SafeFileHandle OpenAppending(string path)
    {
        using SafeFileHandle plain = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        // FileMode.Append only seeks; the job needs the kernel's O_APPEND.
        return Descriptor.Reopen(plain, O_WRONLY | O_APPEND) ?? throw new IOException($"cannot open {path}: permission denied");
    }
}
