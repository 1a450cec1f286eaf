using System.Runtime.InteropServices;
using Yadokari.Linux.Native;

namespace Yadokari.Linux;

/// <summary>Scheduling facts of a thread (sched(7)), readable for any thread.</summary>
public static unsafe class Scheduling
{
    /// <summary>Policy, flags, nice and priority; null when the thread is gone.</summary>
    public static SchedulingAttributes? GetAttributes(int tid)
    {
        Attributes attributes = default;
        long result = LibC.Syscall((long)SystemCall.Sched_getattr, tid, (long)(&attributes), sizeof(Attributes), 0, 0, 0);
        return result < 0
            ? Gone("sched_getattr", tid)
            : new SchedulingAttributes(attributes.Policy, (attributes.Flags & 1) != 0, attributes.Nice, attributes.Priority);
    }

    /// <summary>The cpu mask, little endian, trailing zero bytes cut off; empty when the thread is gone.</summary>
    public static byte[] GetAffinity(int tid)
    {
        byte* mask = stackalloc byte[1024];
        long length = LibC.Syscall((long)SystemCall.Sched_getaffinity, tid, 1024, (long)mask, 0, 0, 0);
        while (length > 0 && mask[length - 1] == 0)
        {
            length--;
        }

        return length <= 0 ? [] : new ReadOnlySpan<byte>(mask, (int)length).ToArray();
    }

    /// <summary>ioprio_get(2); 0 when it has none of its own.</summary>
    public static int GetIoPriority(int tid) => (int)Math.Max(0, LibC.Syscall((long)SystemCall.Ioprio_get, 1, tid, 0, 0, 0, 0));

    /// <summary>The thread's robust futex list: head and length (get_robust_list(2)).</summary>
    public static (ulong Head, ulong Length) GetRobustList(int tid)
    {
        ulong head = 0;
        ulong length = 0;
        long result = LibC.Syscall((long)SystemCall.Get_robust_list, tid, (long)(&head), (long)(&length), 0, 0, 0);
        return result == 0 ? (head, length) : throw new SystemCallException("get_robust_list", Marshal.GetLastPInvokeError(), $"{tid}");
    }

    private static SchedulingAttributes? Gone(string call, int tid)
    {
        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ESRCH ? null : throw new SystemCallException(call, errno, $"{tid}");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
        public uint UtilMin;
        public uint UtilMax;
    }
}
