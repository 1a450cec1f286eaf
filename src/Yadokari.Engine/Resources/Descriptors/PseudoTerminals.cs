using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Poll;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Finds the pseudoterminals whose master is held in the job, and those whose master is gone. One whose master is outside is
/// the terminal of somebody else.</summary>
internal sealed class PseudoTerminals(bool frozen)
{
    private const int SlaveMajor = 136;  // UNIX98_PTY_SLAVE_MAJOR
    private const long FileSystem = 0x1cd1; // DEVPTS_SUPER_MAGIC

    private readonly Dictionary<(ulong Instance, int Number), JobTerminal> _terminals = [];
    private readonly Dictionary<OpenDescription, JobTerminal> _ends = [];
    private readonly List<PseudoTerminalImage> _images = [];

    /// <summary>Filled by <see cref="Scan"/>.</summary>
    public IReadOnlyList<PseudoTerminalImage> Images => _images;

    /// <summary>A description of /dev/tty: the terminal that its opener ran in.</summary>
    public static bool IsOwnTerminal(OpenDescription description) => description.Status is { IsCharacterDevice: true, RawMajor: 5, RawMinor: 0 };

    /// <param name="pids">The processes of the job.</param>
    /// <param name="processes">The descriptions of each.</param>
    public void Join(IReadOnlyList<int> pids, IReadOnlyList<IReadOnlyList<OpenDescription>> processes)
    {
        for (int i = 0; i < processes.Count; i++)
        {
            foreach (OpenDescription master in processes[i].Where(description => description.IsPtyMaster))
            {
                if (PseudoTerminal.Number(master.Handle) is { } number && Instance(pids[i], master) is { } instance)
                {
                    _terminals.TryAdd((instance, number), new JobTerminal(number, master));
                    Take(master, _terminals[(instance, number)]);
                }
            }
        }

        for (int i = 0; i < processes.Count; i++)
        {
            foreach (OpenDescription description in processes[i])
            {
                if (FindOfSlave(pids[i], description) is { } terminal)
                {
                    terminal.Slaves.Add(description);
                    Take(description, terminal);
                }
            }
        }
    }

    /// <summary>The pseudoterminal that a description is an end of; null: none of the job's.</summary>
    /// <param name="isStream">It is a stream of the main process: one that has hung up is that of whoever resumes.</param>
    public JobTerminal? Find(OpenDescription description, bool isStream) =>
        _ends.GetValueOrDefault(description) is { } terminal && !(terminal.Master is null && isStream) ? terminal : null;

    /// <summary>When every process has been looked at.</summary>
    /// <returns>What can't be kept.</returns>
    public IReadOnlyList<Obstacle> Scan(SharedDescriptions shared)
    {
        List<Obstacle> obstacles = [];
        foreach (JobTerminal terminal in _terminals.Values.OrderBy(terminal => terminal.Number))
        {
            if (terminal.Master is null && !terminal.Slaves.Exists(slave => Find(slave, shared.InMain(slave) is { StandardStream: >= 0 }) is not null))
            {
                continue;
            }

            if (_images.Count > 0 && _images[^1].Number == terminal.Number)
            {
                Refuse(terminal, "has the number of another one of the job", obstacles);
            }
            else if (terminal.Master is null)
            {
                _images.Add(new PseudoTerminalImage { Number = terminal.Number, Settings = new byte[Terminal.SettingsLength], Window = new byte[8], HungUp = true });
            }
            else
            {
                _images.Add(Image(terminal, terminal.Master, shared, obstacles));
            }
        }

        return obstacles;
    }

    private void Take(OpenDescription description, JobTerminal terminal)
    {
        description.IsOfTerminal = true;
        _ends[description] = terminal;
    }

    private JobTerminal? FindOfSlave(int pid, OpenDescription description)
    {
        const int majorMask = 0xfff00;
        if ((description.Flags & O_PATH) != 0 || !description.Status.IsCharacterDevice)
        {
            return null;
        }

        if (IsOwnTerminal(description))
        {
            // Which instance it is of, only its session tells.
            return PseudoTerminal.Device(description.Handle) is { } device && (device & majorMask) >> 8 == SlaveMajor
                ? _terminals.Values.FirstOrDefault(one => one.Number == NumberOf((uint)device) && one.Master is not null && (one.IsControlledBy(pid) || Session(pid) is null))
                : null;
        }

        if (description.Status.RawMajor != SlaveMajor)
        {
            return null;
        }

        (ulong, int) key = (description.Status.Device, (int)description.Status.RawMinor);
        if (_terminals.TryGetValue(key, out JobTerminal? terminal))
        {
            return terminal;
        }

        if (!IsHungUp(description))
        {
            return null;
        }

        _terminals.Add(key, terminal = new JobTerminal((int)description.Status.RawMinor, null));
        return terminal;
    }

    /// <summary>A session without a terminal has left the one that it has open.</summary>
    private static int? Session(int pid) => ProcStat.Read(pid) is { TerminalDevice: not 0 } stat ? stat.Session : null;

    private static int NumberOf(uint device) => (int)((device & 0xff) | (device >> 12 & 0xfff00));

    /// <summary>A terminal tells its settings as long as it has a master.</summary>
    private static bool IsHungUp(OpenDescription slave) => Terminal.GetSettings(slave.Handle) is null && Descriptor.IsTerminal(slave.Handle);

    /// <summary>The device number of the devpts that a master is of: /dev/ptmx, when it is no file of one, leads to the one beside it.</summary>
    private static ulong? Instance(int pid, OpenDescription master)
    {
        if (Descriptor.GetFileSystemType(master.Handle) == FileSystem)
        {
            return master.Status.Device;
        }

        JobPaths paths = new(pid);
        string directory = Path.GetDirectoryName(paths.Own(master.Link)) ?? "";
        return paths.Status($"{directory.TrimEnd('/')}/pts", followLink: true)?.Device;
    }

    private PseudoTerminalImage Image(JobTerminal terminal, OpenDescription master, SharedDescriptions shared, List<Obstacle> obstacles)
    {
        byte[] settings = Terminal.GetSettings(master.Handle) ?? new byte[Terminal.SettingsLength];
        PseudoTerminalImage image = new()
        {
            Number = terminal.Number,
            Settings = settings,
            Window = Terminal.GetWindow(master.Handle) ?? new byte[8],
            PacketMode = PseudoTerminal.IsInPacketMode(master.Handle),
            Locked = PseudoTerminal.IsLocked(master.Handle),
            Exclusive = terminal.IsExclusive,
            Owner = Owner(terminal),
        };
        FindUnkept(terminal, master, image, obstacles);
        TerminalControl control = TerminalControl.Of(master, shared);
        if (control.Problem is { } problem)
        {
            obstacles.Add(new Obstacle("job-control", $"/dev/pts/{terminal.Number} {problem}"));
        }

        return image with { Session = control.Session, Foreground = control.Foreground };
    }

    /// <summary>Of the file in devpts: that of /dev/tty is another one.</summary>
    private static FileOwnerImage? Owner(JobTerminal terminal) =>
        terminal.Slaves.Find(slave => !IsOwnTerminal(slave)) is { } slave ? FileOwnerImage.Of(FileStatus.Of(slave.Handle)) : null;

    private void FindUnkept(JobTerminal terminal, OpenDescription master, PseudoTerminalImage image, List<Obstacle> obstacles)
    {
        TerminalSettings settings = new(image.Settings);
        if (!settings.IsOrdinary || settings.IsExternal)
        {
            Refuse(terminal, "has a line discipline of its own, or is edited elsewhere (EXTPROC)", obstacles);
        }
        else if (image.PacketMode && (Descriptor.Poll(master.Handle, POLLPRI, TimeSpan.Zero) & POLLPRI) != 0)
        {
            Refuse(terminal, "has news for its master that was not read (packet mode)", obstacles);
        }
        else if (terminal.Slaves.Exists(IsHungUp))
        {
            Refuse(terminal, "has hung up when its session ended, and is open still", obstacles);
        }
        else if (terminal.Slaves.Count > 0)
        {
            FindFull(terminal, master, settings, obstacles);
        }
        else if ((Descriptor.Poll(master.Handle, POLLIN, TimeSpan.Zero) & POLLHUP) == 0)
        {
            Refuse(terminal, "was never opened at its other side: nobody can tell what was written to it", obstacles);
        }
    }

    private void FindFull(JobTerminal terminal, OpenDescription master, TerminalSettings settings, List<Obstacle> obstacles)
    {
        const int linesAtMost = 2048, moments = 20;
        OpenDescription slave = terminal.Slaves[0];
        int waiting = Descriptor.GetReadableBytes(slave.Handle);
        if (waiting > (settings.IsCanonical ? linesAtMost : TerminalQueuePlan.Capacity - 1))
        {
            Refuse(terminal, "is full of what was typed ahead", obstacles);
        }

        // Between two looks its buffers are only on their way.
        for (int moment = 0; IsStopped(master, slave); moment++)
        {
            if (moment == moments)
            {
                Refuse(terminal, "is stopped (Ctrl-S, or tcflow)", obstacles);
                return;
            }

            Thread.Sleep(frozen ? 1 : 0);
        }
    }

    /// <summary>It takes nothing, though its master has room.</summary>
    private static bool IsStopped(OpenDescription master, OpenDescription slave) =>
        (Descriptor.Poll(slave.Handle, POLLOUT, TimeSpan.Zero) & POLLOUT) == 0
        && Descriptor.GetReadableBytes(master.Handle) < TerminalQueuePlan.Capacity;

    private static void Refuse(JobTerminal terminal, string what, List<Obstacle> obstacles) =>
        obstacles.Add(new Obstacle("terminal-state", $"/dev/pts/{terminal.Number} {what}"));
}
