using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Checkpointing;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Reads the descriptors of a process, from outside it: /proc, pidfd_getfd and sock_diag.</summary>
public static class DescriptorScan
{
    /// <summary>What would stand in the way. The process may run; nothing of it is changed.</summary>
    /// <param name="pid">As seen by the caller.</param>
    /// <param name="options">Which streams are inherited.</param>
    /// <param name="unixDiag">A sock_diag socket of the process' network namespace; null: opened when needed.</param>
    /// <exception cref="EngineException">The process is gone.</exception>
    /// <exception cref="Linux.SystemCallException">Not permitted to look into it.</exception>
    public static IReadOnlyList<Obstacle> FindObstacles(int pid, CaptureOptions options, SafeFileHandle? unixDiag = null)
    {
        using TreeDescriptorScanner scanner = new([pid], options, unixDiag, frozen: false);
        using TreeDescriptorCapture capture = scanner.Run();
        return capture.Obstacles;
    }

    /// <summary>The descriptors of a frozen process, with what waits unread in pipes and sockets. The caller owns the result.</summary>
    /// <param name="pid">As seen by the caller; every thread stands still.</param>
    /// <param name="options">Which streams are inherited.</param>
    /// <param name="unixDiag">A sock_diag socket of the process' network namespace; null: opened when needed.</param>
    /// <exception cref="EngineException">The process is gone.</exception>
    /// <exception cref="Linux.SystemCallException">Not permitted to look into it.</exception>
    public static DescriptorCapture Capture(int pid, CaptureOptions options, SafeFileHandle? unixDiag = null)
    {
        TreeDescriptorCapture capture = Capture([pid], options, unixDiag);
        return capture.Processes[0];
    }

    /// <summary>What would stand in the way of a process and all that descends from it, and what they have, but for what waits in it. They
    /// may run; nothing of them is changed. The caller owns the result.</summary>
    /// <param name="orphans">Others of its job whose parents have ended.</param>
    /// <inheritdoc cref="FindObstacles(int, CaptureOptions, SafeFileHandle?)"/>
    public static TreeDescriptorCapture LookAtTree(int pid, IReadOnlyList<int> orphans, CaptureOptions options, SafeFileHandle? unixDiag = null)
    {
        using TreeDescriptorScanner scanner = new([pid, .. orphans], options, unixDiag, frozen: false, descend: true);
        return scanner.Run();
    }

    /// <summary>The descriptors of all processes of a job, which is frozen. The caller owns the result.</summary>
    /// <param name="pids">The main process first.</param>
    /// <inheritdoc cref="Capture(int, CaptureOptions, SafeFileHandle?)"/>
    public static TreeDescriptorCapture Capture(IReadOnlyList<int> pids, CaptureOptions options, SafeFileHandle? unixDiag = null)
    {
        using TreeDescriptorScanner scanner = new(pids, options, unixDiag, frozen: true);
        return scanner.Run();
    }
}
