using System.Text;
using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Context;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Spawn;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Resume;

/// <summary>A running job: the shell (waiter and init) and the job's main process, by host-level pids.
/// Outlives the caller. The shell is a child of the caller as long as that lives: reap it with <see cref="TryReap"/>.</summary>
public sealed record JobShell(int ShellPid, int Pid)
{
    private const int ControlDescriptor = 3;
    private const int ExitDescriptor = 4;
    private const string None = "999999";
    private const ulong RegionBase = 1UL << 40;
    private const ulong RegionLength = 64UL << 20;

    /// <summary>Starts a program in a new shell; returns when its exec has succeeded.</summary>
    /// <exception cref="EngineException">The program can't be executed or namespaces are not permitted.</exception>
    public static JobShell Start(JobStart start)
    {
        using SafeFileHandle file = StubFile.Create("yadokari-shell", ShellProgram.Compile(start), RegionBase, RegionLength);
        using SocketPair control = SocketPair.Create();
        List<SafeFileHandle?> descriptors = [start.StandardInput, start.StandardOutput, start.StandardError, control.Child];
        if (start.ExitStatusFile is not null)
        {
            descriptors.Add(start.ExitStatusFile);
        }

        int shell = ChildProcess.Start(new SpawnRequest
        {
            Program = $"/proc/self/fd/{file.DangerousGetHandle()}",
            Arguments = ["yadokari-shell", "@yado", $"{ControlDescriptor}", start.ExitStatusFile is null ? None : $"{ExitDescriptor}", "0"],
            Environment = [],
            Descriptors = descriptors,
            NewSession = true,
        });
        control.Child.Dispose();
        try
        {
            start.Started?.Invoke(shell);
        }
        catch
        {
            // The init of its namespace by now, with which all others there end.
            IReadOnlyList<int> started = ProcTasks.Children(shell) ?? [];
            Signals.Send(shell, SIGKILL);
            ChildProcess.Wait(shell);
            foreach (int pid in started)
            {
                Signals.Send(pid, SIGKILL);
            }

            throw;
        }

        // The exec closes the last copy of the socket; words on it before are an error.
        byte[] answer = new byte[4096];
        int length = 0;
        int got;
        while (length < answer.Length && (got = control.Read(answer.AsSpan(length))) > 0)
        {
            length += got;
        }

        if (length > 0)
        {
            ChildProcess.Wait(shell);
            throw new EngineException(EngineError.Failed, Encoding.UTF8.GetString(answer, 0, length).Replace("yadokari: ", "", StringComparison.Ordinal).Trim());
        }

        return new JobShell(shell, FindJob(shell) ?? 0);
    }

    /// <summary>True when the shell has ended, with the wait status of the job; only for the process that started it.</summary>
    public bool TryReap(out int waitStatus) => ChildProcess.TryReap(ShellPid, out waitStatus);

    /// <summary>The job's main process below a shell: its child, or the child of its init. Null when it has ended.</summary>
    public static int? FindJob(int shellPid)
    {
        IReadOnlyList<int>? children = ProcTasks.Children(shellPid);
        if (children is not { Count: > 0 })
        {
            return null;
        }

        // An init is pid 1 of a namespace; its first child is the job.
        ProcStatus? status = ProcStatus.Read(children[0]);
        if (status is { NsPid: [.., 1] })
        {
            children = ProcTasks.Children(children[0]);
        }

        return children is { Count: > 0 } ? children[0] : null;
    }
}
