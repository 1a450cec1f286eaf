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
        using DescriptorScanner scanner = new(pid, options, unixDiag, frozen: false);
        using DescriptorCapture capture = scanner.Run();
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
        using DescriptorScanner scanner = new(pid, options, unixDiag, frozen: true);
        return scanner.Run();
    }
}
