using System.Text;
using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Spawn;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Resume;

/// <summary>
/// A process rebuilt from a context file whose threads do not run yet. <see cref="Release"/> lets it go,
/// disposing before that kills it without trace.
/// </summary>
public sealed class HeldProcess : IDisposable
{
    private const byte Ready = (byte)'R';
    private const byte Go = (byte)'G';
    private const byte Done = (byte)'D';
    private const int ControlDescriptor = 3;
    private const int ExitDescriptor = 4;
    private const string None = "999999";

    private readonly SocketPair _control;
    private bool _released;

    private HeldProcess(int shellPid, SocketPair control)
    {
        ShellPid = shellPid;
        _control = control;
    }

    /// <summary>Host-level pid of the job's shell: the process that waits for the job. A child of the caller.</summary>
    public int ShellPid { get; }

    /// <summary>Host-level pid of the resumed process itself.</summary>
    public int Pid { get; private set; }

    /// <summary>Executes the context file up to the gate.</summary>
    /// <param name="path">The context file; <c>/proc/self/fd/N</c> for a memory file.</param>
    /// <exception cref="EngineException">This host lacks something, or the file is bad; nothing was started.</exception>
    public static HeldProcess Prepare(string path, ResumeOptions options)
    {
        SocketPair control = SocketPair.Create();
        HeldProcess? held = null;
        try
        {
            List<SafeFileHandle?> descriptors = [options.StandardInput, options.StandardOutput, options.StandardError, control.Child];
            if (options.ExitStatusFile is not null)
            {
                descriptors.Add(options.ExitStatusFile);
            }

            int pid = ChildProcess.Start(new SpawnRequest
            {
                Program = options.Program ?? path,
                Arguments = [path, "@yado", $"{ControlDescriptor}", options.ExitStatusFile is null ? None : $"{ExitDescriptor}", $"{(options.OwnNamespaces ? 1 : 0) | (options.TellDaemon ? AnnouncePlan.Flag : 0)}"],
                Environment = options.TellDaemon ? Whereabouts() : [],
                Descriptors = descriptors,
                NewSession = true,
            });
            control.Child.Dispose();
            held = new HeldProcess(pid, control);
            options.Started?.Invoke(pid);
            held.AwaitReady(path);
            held.Pid = JobShell.FindJob(pid) ?? throw new EngineException(EngineError.Failed, $"{path}: the resumed process is not to be found below {pid}");
            return held;
        }
        catch (SystemCallException e) when (e.Call == "execve")
        {
            control.Dispose();
            throw new EngineException(EngineError.HostLacks, $"{path} can't be executed here: {Errno.Message(e.Number)}", e);
        }
        catch
        {
            if (held is not null)
            {
                held.Dispose();
            }
            else
            {
                control.Dispose();
            }

            throw;
        }
    }

    /// <summary>Takes over a process that is about to stand ready, made in another way.</summary>
    /// <param name="control">Where it says so; owned from here on, unless it does not stand ready.</param>
    /// <param name="reason">What it said when it did not.</param>
    /// <returns>Null: it has ended before.</returns>
    internal static HeldProcess? TryAdopt(int shellPid, int pid, SocketPair control, out string? reason)
    {
        reason = null;
        HeldProcess held = new(shellPid, control) { Pid = pid };
        try
        {
            held.AwaitReady("a filled process");
            return held;
        }
        catch (EngineException failure)
        {
            reason = failure.Message;
            return null;
        }
    }

    /// <summary>The process runs. From here on it is alive whatever happens to the caller.</summary>
    /// <exception cref="EngineException">It could not be let go: it is dead, and the context file is what is left of it.</exception>
    public void Release()
    {
        _released = true;
        Span<byte> answer = stackalloc byte[512];
        int got = _control.TryWrite(Go) ? _control.Read(answer) : 0;
        if (got == 0 || answer[got - 1] != Done)
        {
            ChildProcess.Wait(ShellPid);
            throw new EngineException(EngineError.Failed, Message(answer[..got], "the resumed process ended before it ran"));
        }
    }

    public void Dispose()
    {
        _control.Dispose();
        if (!_released)
        {
            _released = true;

            // The closed control socket makes the waiter kill what it rebuilt; the shell then ends by itself.
            ChildProcess.Wait(ShellPid);
        }
    }

    /// <summary>What says where the caller's daemon is.</summary>
    private static IReadOnlyList<string> Whereabouts() =>
    [
        .. AnnouncePlan.Variables
            .Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name)))
            .Where(variable => variable.Value is not null)
            .Select(variable => $"{variable.Name}={variable.Value}"),
    ];

    private void AwaitReady(string path)
    {
        byte[] answer = new byte[4096];
        int length = 0;
        while (length < answer.Length)
        {
            int got = _control.Read(answer.AsSpan(length));
            length += got;
            if (got == 0)
            {
                throw new EngineException(EngineError.HostLacks, Message(answer.AsSpan(0, length), $"{path} ended before it was ready"));
            }

            if (answer[length - 1] == Ready)
            {
                return;
            }
        }
    }

    private static string Message(ReadOnlySpan<byte> bytes, string otherwise)
    {
        const string prefix = "yadokari: ";
        string text = Encoding.UTF8.GetString(bytes).TrimStart((char)Ready).Trim();
        return text.Length == 0 ? otherwise : text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;
    }
}
