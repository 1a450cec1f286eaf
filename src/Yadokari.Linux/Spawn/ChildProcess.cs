using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Native;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.SignalNumber;
using static Yadokari.Linux.Abi.Wait;

namespace Yadokari.Linux.Spawn;

/// <summary>
/// Starts and reaps children by posix_spawn and waitpid, apart from System.Diagnostics.Process: the runtime waits for
/// its own children from a signal handler and would eat the stops of traced ones. All signals of the child are at
/// their defaults and unblocked. Usable from any thread.
/// </summary>
public static unsafe class ChildProcess
{
    private const short SetSignalDefault = 4;
    private const short SetSignalMask = 8;
    private const short SetSession = 0x80;
    private const int FarAway = 200;

    /// <summary>Starts it.</summary>
    /// <returns>Its pid; a child of the caller, to be reaped by <see cref="TryReap"/> or <see cref="Wait"/>.</returns>
    /// <exception cref="SystemCallException">The program can't be executed.</exception>
    public static int Start(SpawnRequest request)
    {
        byte* actions = stackalloc byte[PosixSpawn.OpaqueLength];
        byte* attributes = stackalloc byte[PosixSpawn.OpaqueLength];
        byte* none = stackalloc byte[128];
        byte* all = stackalloc byte[128];
        new Span<byte>(none, 128).Clear();
        new Span<byte>(all, 128).Fill(255);
        PosixSpawn.ActionsInit(actions);
        PosixSpawn.AttributesInit(attributes);
        List<int> copies = [];
        using Strings arguments = new(request.Arguments);
        using Strings environment = new(request.Environment);

        // /proc/self/fd/N would be closed by then; the caller's own is not.
        const string self = "/proc/self/";
        using Strings program = new([request.Program.StartsWith(self, StringComparison.Ordinal) ? $"/proc/{System.Environment.ProcessId}/{request.Program[self.Length..]}" : request.Program]);
        try
        {
            PosixSpawn.AttributesSetFlags(attributes, (short)(SetSignalDefault | SetSignalMask | (request.NewSession ? SetSession : 0)));
            PosixSpawn.AttributesSetMask(attributes, none);
            PosixSpawn.AttributesSetDefault(attributes, all);
            for (int i = 0; i < request.Descriptors.Count; i++)
            {
                if (request.Descriptors[i] is { } handle)
                {
                    // Out of the way first: one of them may have the number of another's place.
                    long copy = LinuxCall.Check("fcntl(F_DUPFD_CLOEXEC)", null, SystemCall.Fcntl, handle.DangerousGetHandle(), F_DUPFD_CLOEXEC, FarAway);
                    copies.Add((int)copy);
                    PosixSpawn.ActionsAddDup2(actions, (int)copy, i);
                }
            }

            // Whatever the caller itself inherited without close-on-exec ends here.
            PosixSpawn.ActionsAddCloseFrom(actions, Math.Max(3, request.Descriptors.Count));
            int pid;
            int error = PosixSpawn.Spawn(&pid, program[0], actions, attributes, arguments.Pointer, environment.Pointer);
            return error == 0 ? pid : throw new SystemCallException("execve", error, request.Program);
        }
        finally
        {
            foreach (int copy in copies)
            {
                LinuxCall.Invoke(SystemCall.Close, copy);
            }

            PosixSpawn.ActionsDestroy(actions);
            PosixSpawn.AttributesDestroy(attributes);
        }
    }

    /// <summary>Replaces the calling process by a program, keeping descriptors 0–2. Returns only on failure.</summary>
    /// <exception cref="SystemCallException">It can't be executed.</exception>
    public static void Execute(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        using Strings program = new([path]);
        using Strings argv = new(arguments);
        using Strings envp = new(environment);
        byte* mask = stackalloc byte[8];
        *(ulong*)mask = 0;
        LibC.Syscall((long)SystemCall.Rt_sigprocmask, 2, (long)mask, 0, 8, 0, 0);
        // The runtime ignores SIGPIPE, and what is ignored stays ignored over exec (signal(7)); handlers don't stay.
        const int actionSize = 32;
        byte* usual = stackalloc byte[actionSize];
        new Span<byte>(usual, actionSize).Clear();
        LibC.Syscall((long)SystemCall.Rt_sigaction, SIGPIPE, (long)usual, 0, 8, 0, 0);
        LibC.Syscall((long)SystemCall.Execve, (long)program[0], (long)argv.Pointer, (long)envp.Pointer, 0, 0, 0);
        throw new SystemCallException("execve", Marshal.GetLastPInvokeError(), path);
    }

    /// <summary>True when the child has ended, with its wait status; it is reaped. False while it runs.</summary>
    /// <exception cref="SystemCallException">ECHILD: not a child of this process, or reaped already.</exception>
    public static bool TryReap(int pid, out int status) => Reap(pid, WNOHANG, out status);

    /// <summary>Waits for the end of a child.</summary>
    /// <returns>The wait status (wait(2)).</returns>
    public static int Wait(int pid)
    {
        Reap(pid, 0, out int status);
        return status;
    }

    private static bool Reap(int pid, int options, out int status)
    {
        int value = 0;
        while (true)
        {
            int result = LibC.WaitPid(pid, &value, options);
            if (result >= 0)
            {
                status = value;
                return result == pid;
            }

            int errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR)
            {
                throw new SystemCallException("waitpid", errno, $"{pid}");
            }
        }
    }

    /// <summary>A null-terminated array of zero-terminated strings in native memory.</summary>
    private sealed class Strings : IDisposable
    {
        private readonly byte** _pointers;
        private readonly int _count;

        public Strings(IReadOnlyList<string> texts)
        {
            _count = texts.Count;
            _pointers = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
            for (int i = 0; i < _count; i++)
            {
                int length = Encoding.UTF8.GetByteCount(texts[i]);
                _pointers[i] = (byte*)NativeMemory.AllocZeroed((nuint)length + 1);
                Encoding.UTF8.GetBytes(texts[i], new Span<byte>(_pointers[i], length));
            }
        }

        public byte** Pointer => _pointers;

        public byte* this[int index] => _pointers[index];

        public void Dispose()
        {
            for (int i = 0; i < _count; i++)
            {
                NativeMemory.Free(_pointers[i]);
            }

            NativeMemory.Free(_pointers);
        }
    }
}
