using Yadokari.Linux.Proc;

namespace Yadokari.Linux.Descriptors;

/// <summary>Whose terminal one of the caller's own streams is (tty_ioctl(2)).</summary>
public static unsafe class Terminal
{
    private const nint GetForegroundGroup = 0x540F; // TIOCGPGRP

    /// <summary>The stream is the controlling terminal, and another process group reads it: who reads it now would be stopped.</summary>
    public static bool IsOfAnotherGroup(int stream)
    {
        int group = 0;
        long result = LinuxCall.Invoke(LinuxCall.Ioctl, stream, GetForegroundGroup, (nint)(&group));
        return result == 0 && ProcStat.Read(Environment.ProcessId) is { } self && group != self.ProcessGroup;
    }
}
