using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Yadokari.Cli;

/// <summary>Runs a command with this process's terminal.</summary>
public static class Foreground
{
    /// <summary>Runs a command to its end and returns its exit status; 128 + number when a signal ended it.
    /// Ctrl-C goes to the command only.</summary>
    public static int Run(IReadOnlyList<string> command)
    {
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => c.Cancel = true);
        using PosixSignalRegistration quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, c => c.Cancel = true);
        using Process process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)))!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
