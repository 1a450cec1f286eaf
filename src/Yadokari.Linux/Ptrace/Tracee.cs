using System.Runtime.InteropServices;
using Yadokari.Linux.Native;
using static Yadokari.Linux.Abi.Wait;

namespace Yadokari.Linux.Ptrace;

/// <summary>One traced thread. Every member must be called on the <see cref="Tracer"/> thread that attached it,
/// and, but for <see cref="TryInterrupt"/>, <see cref="WaitStop"/> and <see cref="TryPollStop"/>, only while it stands still.</summary>
public sealed unsafe class Tracee
{
    private const int PtraceCont = 7;
    private const int PtraceSingleStep = 9;
    private const int PtraceDetach = 17;
    private const int PtraceSyscall = 24;
    private const int PtraceGetRegSet = 0x4204;
    private const int PtraceSetRegSet = 0x4205;
    private const int PtraceSeize = 0x4206;
    private const int PtraceInterrupt = 0x4207;
    private const int PtracePeekSigInfo = 0x4209;
    private const int PtraceGetSigMask = 0x420a;
    private const int PtraceSetSigMask = 0x420b;
    private const int PtraceGetSeccompFilter = 0x420c;
    private const int PtraceGetSeccompMetadata = 0x420d;
    private const int PtraceGetRseqConfiguration = 0x420f;
    private const int PtraceGetDispatchConfiguration = 0x4211;
    private const int PeekSigInfoShared = 1;
    private const int NoteXstate = 0x202;
    private const int NotePrStatus = 1;
    private const int SigInfoSize = 128;
    private const int EventStop = 128;
    private const int TraceSystemCallGood = 1;
    private const int SystemCallStop = 5 | 0x80;

    private Tracee(int tid) => Tid = tid;

    /// <summary>Thread id as the tracer's pid namespace sees it.</summary>
    public int Tid { get; }

    /// <summary>PTRACE_SEIZE without stopping it. Null when the thread is gone; throws when it is not permitted.</summary>
    /// <remarks>PTRACE_O_TRACESYSGOOD: a thread whose tracer dies in a system-call stop gets the number of that stop as a
    /// signal (ptrace_report_syscall, linux/ptrace.h); with the option it is no signal's and nothing is sent.</remarks>
    /// <exception cref="SystemCallException">EPERM: not allowed, or traced by another.</exception>
    public static Tracee? TrySeize(int tid)
    {
        if (LibC.Ptrace(PtraceSeize, tid, 0, TraceSystemCallGood) == 0)
        {
            return new Tracee(tid);
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ESRCH ? null : throw new SystemCallException("ptrace(SEIZE)", errno, $"{tid}");
    }

    /// <summary>Asks it to stop; false when it is gone.</summary>
    public bool TryInterrupt() => TryCall(PtraceInterrupt, "INTERRUPT", 0, 0);

    /// <summary>Waits until it stops or ends.</summary>
    public Stop WaitStop()
    {
        Wait(__WALL, out Stop stop);
        return stop;
    }

    /// <summary>The stop it is in or its end, when it has not been told yet; false while it runs.</summary>
    public bool TryPollStop(out Stop stop) => Wait(__WALL | WNOHANG, out stop);

    /// <summary>PTRACE_CONT, delivering a signal if not 0. False when it is gone.</summary>
    public bool TryContinue(int signal = 0) => TryCall(PtraceCont, "CONT", 0, signal);

    /// <summary>Executes one instruction (a system call is one). False when it is gone.</summary>
    public bool TrySingleStep() => TryCall(PtraceSingleStep, "SINGLESTEP", 0, 0);

    /// <summary>PTRACE_SYSCALL: lets it run until it enters a system call, or, from there, until that has ended; it stops
    /// with <see cref="StopKind.SystemCall"/>. Unlike a step this sends no signal, so the process keeps what it does at
    /// SIGTRAP, and runs on when its tracer dies. False when it is gone.</summary>
    public bool TryContinueToSystemCall(int signal = 0) => TryCall(PtraceSyscall, "SYSCALL", 0, signal);

    /// <summary>Lets it run on untraced. False when it is gone.</summary>
    public bool TryDetach(int signal = 0) => TryCall(PtraceDetach, "DETACH", 0, signal);

    public Registers GetRegisters()
    {
        Registers registers;
        IoVector vector = new() { Base = (ulong)&registers, Length = (ulong)sizeof(Registers) };
        Call(PtraceGetRegSet, "GETREGSET PRSTATUS", NotePrStatus, (nint)(&vector));
        return registers;
    }

    public void SetRegisters(Registers registers)
    {
        IoVector vector = new() { Base = (ulong)&registers, Length = (ulong)sizeof(Registers) };
        Call(PtraceSetRegSet, "SETREGSET PRSTATUS", NotePrStatus, (nint)(&vector));
    }

    /// <summary>The XSAVE area (FPU, SSE, AVX, PKRU …) in the standard format, as long as the kernel has it.</summary>
    public byte[] GetExtendedState()
    {
        byte[] buffer = new byte[16 * 1024];
        fixed (byte* pointer = buffer)
        {
            IoVector vector = new() { Base = (ulong)pointer, Length = (ulong)buffer.Length };
            Call(PtraceGetRegSet, "GETREGSET XSTATE", NoteXstate, (nint)(&vector));
            return buffer.AsSpan(0, (int)vector.Length).ToArray();
        }
    }

    /// <summary>Bit n-1 = signal n is blocked.</summary>
    public ulong GetSignalMask()
    {
        ulong mask;
        Call(PtraceGetSigMask, "GETSIGMASK", sizeof(ulong), (nint)(&mask));
        return mask;
    }

    public void SetSignalMask(ulong mask) => Call(PtraceSetSigMask, "SETSIGMASK", sizeof(ulong), (nint)(&mask));

    /// <summary>Pending signals in the order of their queue, each a siginfo_t of 128 bytes; nothing is taken out.</summary>
    /// <param name="shared">Those sent to the process rather than to this thread.</param>
    public List<byte[]> PeekSignals(bool shared)
    {
        List<byte[]> result = [];
        byte* buffer = stackalloc byte[SigInfoSize * 16];
        while (true)
        {
            PeekArguments arguments = new() { Offset = (ulong)result.Count, Flags = shared ? PeekSigInfoShared : 0u, Count = 16 };
            long count = Call(PtracePeekSigInfo, "PEEKSIGINFO", (nint)(&arguments), (nint)buffer);
            for (int i = 0; i < count; i++)
            {
                result.Add(new ReadOnlySpan<byte>(buffer + (i * SigInfoSize), SigInfoSize).ToArray());
            }

            if (count < 16)
            {
                return result;
            }
        }
    }

    /// <summary>Its system calls are handed to a handler of its own (PR_SET_SYSCALL_USER_DISPATCH, as Wine does).
    /// False also on kernels that can't tell (before 6.4).</summary>
    public bool HasSystemCallDispatch()
    {
        // struct ptrace_sud_config: u64 mode (0 is off), selector, offset, len.
        ulong* configuration = stackalloc ulong[4];
        long got = LibC.Ptrace(PtraceGetDispatchConfiguration, Tid, 4 * sizeof(ulong), (nint)configuration);
        return got == 0 && configuration[0] != 0;
    }

    /// <summary>A seccomp filter of the thread.</summary>
    /// <param name="index">0 is the one that was installed first.</param>
    /// <param name="logs">SECCOMP_FILTER_FLAG_LOG.</param>
    /// <returns>struct sock_filter, 8 bytes each; null: it has not so many.</returns>
    /// <exception cref="SystemCallException">EACCES: needs CAP_SYS_ADMIN in the first user namespace.</exception>
    public byte[]? GetSeccompFilter(int index, out bool logs)
    {
        logs = false;
        long count = LibC.Ptrace(PtraceGetSeccompFilter, Tid, index, 0);
        if (count < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            return errno is Errno.ENOENT or Errno.EINVAL ? null : throw new SystemCallException("ptrace(SECCOMP_GET_FILTER)", errno, $"{Tid}");
        }

        byte[] program = new byte[count * 8];
        fixed (byte* bytes = program)
        {
            // It stands still: what it has stays.
            LibC.Ptrace(PtraceGetSeccompFilter, Tid, index, (nint)bytes);
        }

        // struct seccomp_metadata: u64 filter_off, flags.
        ulong* metadata = stackalloc ulong[2];
        metadata[0] = (ulong)index;
        logs = LibC.Ptrace(PtraceGetSeccompMetadata, Tid, 2 * sizeof(ulong), (nint)metadata) >= 0 && (metadata[1] & 2) != 0;
        return program;
    }

    /// <summary>The thread's rseq registration; address 0 when it has none.</summary>
    public RseqRegistration GetRseq()
    {
        RseqConfiguration configuration;
        long got = LibC.Ptrace(PtraceGetRseqConfiguration, Tid, sizeof(RseqConfiguration), (nint)(&configuration));
        if (got < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            return errno is Errno.EIO or Errno.EINVAL ? default : throw new SystemCallException("ptrace(GET_RSEQ_CONFIGURATION)", errno, $"{Tid}");
        }

        return new RseqRegistration(new RemoteAddress(configuration.Address), configuration.Size, configuration.Signature);
    }

    private bool Wait(int options, out Stop stop)
    {
        int status;
        int result;
        stop = new Stop(StopKind.Gone, 0);
        while ((result = LibC.WaitPid(Tid, &status, options)) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.ECHILD)
            {
                return true;
            }

            if (errno != Errno.EINTR)
            {
                throw new SystemCallException("waitpid", errno, $"{Tid}");
            }
        }

        if (result == 0)
        {
            return false;
        }

        if ((status & 0xff) == 0x7f)
        {
            int signal = (status >> 8) & 0xff;
            stop = (status >> 16) switch
            {
                0 when signal == SystemCallStop => new Stop(StopKind.SystemCall, 0),
                0 => new Stop(StopKind.Signal, signal),
                EventStop when signal is 19 or 20 or 21 or 22 => new Stop(StopKind.GroupStop, signal),
                EventStop => new Stop(StopKind.Interrupted, signal),
                _ => new Stop(StopKind.Event, signal),
            };
        }

        return true;
    }

    private bool TryCall(int request, string name, nint address, nint data)
    {
        if (LibC.Ptrace(request, Tid, address, data) == 0)
        {
            return true;
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ESRCH ? false : throw new SystemCallException($"ptrace({name})", errno, $"{Tid}");
    }

    private long Call(int request, string name, nint address, nint data)
    {
        long result = LibC.Ptrace(request, Tid, address, data);
        return result >= 0 ? result : throw new SystemCallException($"ptrace({name})", Marshal.GetLastPInvokeError(), $"{Tid}");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PeekArguments
    {
        public ulong Offset;
        public uint Flags;
        public int Count;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct RseqConfiguration
    {
        public ulong Address;
        public uint Size;
        public uint Signature;
        public uint Flags;
        public uint Padding;
    }
}
