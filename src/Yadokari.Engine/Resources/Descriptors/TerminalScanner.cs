using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Tells the terminal that a process runs in, which becomes the resumer's, from others, which stay on their host.</summary>
internal sealed class TerminalScanner(int pid, IReadOnlyList<OpenDescription> descriptions, List<Obstacle> obstacles)
{
    public const int OwnTerminalMajor = 5; // /dev/tty is 5:0: the controlling terminal, whichever that is

    public TerminalImage? Scan(OpenDescription description)
    {
        if (description.StandardStream < 0 && !IsOwn(description.Status))
        {
            obstacles.Add(new Obstacle("terminal", $"descriptor {description.First}: {description.Link} is another terminal than the one it runs in; close it") { Cause = description.Cause });
            return null;
        }

        (int rows, int columns) = Terminal.GetWindowSize(description.Handle) ?? (0, 0);
        return new TerminalImage
        {
            Numbers = description.Numbers,
            Flags = description.Flags,
            Path = description.Link,
            Settings = Terminal.GetSettings(description.Handle),
            Rows = rows,
            Columns = columns,
        };
    }

    /// <summary>The device is the controlling terminal of a process.</summary>
    public static bool IsTerminalOf(int pid, ulong device)
    {
        // tty_nr: the minor number is in bits 31 … 20 and 7 … 0, the major one in bits 19 … 8 (proc_pid_stat(5)).
        uint number = (uint)(ProcStat.Read(pid)?.TerminalDevice ?? 0);
        return number != 0 && FileStatus.Major(device) == (number >> 8 & 0xfff) && FileStatus.Minor(device) == ((number & 0xff) | (number >> 12 & 0xfff00));
    }

    private bool IsOwn(FileStatus status)
    {
        if (status is { RawMajor: OwnTerminalMajor, RawMinor: 0 })
        {
            return true;
        }

        if (IsTerminalOf(pid, status.RawDevice))
        {
            return true;
        }

        foreach (OpenDescription other in descriptions)
        {
            if (other.StandardStream >= 0 && other.Status.IsCharacterDevice && other.Status.RawDevice == status.RawDevice)
            {
                return true;
            }
        }

        return false;
    }
}
