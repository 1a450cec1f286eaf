using System.Buffers.Binary;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;

namespace Yadokari.Daemon.Tests.Simulation;

/// <summary>A machine: its processes and its disk outlive its daemon.</summary>
public sealed class SimHost
{
    private ulong _ticks;

    public SimHost(SimWorld world, string name, string directory)
    {
        World = world;
        Name = name;
        Home = new HomeDirectory(directory);
        Home.Create();
        world.Hosts.Add(this);
    }

    public SimWorld World { get; }

    public string Name { get; }

    public HomeDirectory Home { get; }

    public List<SimProcess> Processes { get; } = [];

    public SimDisk Disk { get; } = new();

    public string BootId { get; private set; } = "boot-1";

    /// <summary>The daemon that runs now; null while there is none.</summary>
    public SimDaemon? Daemon { get; set; }

    public SimProcess AddProcess(SimProcessState state, SimDaemon? owner, int progress, string exitPath)
    {
        SimProcess process = new(new ProcessIdentity(1000 + Processes.Count, ++_ticks, BootId), owner)
        {
            State = state,
            Progress = progress,
            ExitPath = exitPath,
        };
        Processes.Add(process);
        return process;
    }

    /// <summary>A process has ended without a word, and another one has got its number.</summary>
    public SimProcess GiveAway(SimProcess ended)
    {
        ended.State = SimProcessState.Dead;
        SimProcess other = new(ended.Identity with { StartTicks = ++_ticks }, owner: null)
        {
            State = SimProcessState.Running,
            Progress = World.Work,
            ExitPath = ended.ExitPath,
        };
        Processes.Add(other);
        return other;
    }

    public void End(SimProcess process, int waitStatus)
    {
        process.State = SimProcessState.Dead;
        byte[] bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, waitStatus);
        if (Directory.Exists(Path.GetDirectoryName(process.ExitPath)))
        {
            File.WriteAllBytes(process.ExitPath, bytes);
        }
    }

    /// <summary>kill -9 of the daemon: what it traced runs on, what it held dies.</summary>
    public void KillDaemon()
    {
        lock (World.Lock)
        {
            if (Daemon is null)
            {
                return;
            }
            foreach (SimProcess process in Processes.Where(p => p.Owner == Daemon))
            {
                process.Owner = null;
                process.State = process.State switch
                {
                    SimProcessState.Frozen => SimProcessState.Running,
                    SimProcessState.Held => SimProcessState.Dead,
                    SimProcessState state => state,
                };
            }
            Daemon.Die();
            Daemon = null;
            World.Story.Add($"{Name}: daemon killed");
        }
    }

    /// <summary>The power fails: every process is gone, the disk has what was flushed.</summary>
    public void CutPower()
    {
        lock (World.Lock)
        {
            World.PowerFailed = true;
            KillDaemon();
            foreach (SimProcess process in Processes)
            {
                process.State = SimProcessState.Dead;
            }
            Disk.ForgetUnflushed();
            BootId = "boot-" + Guid.NewGuid().ToString("n");
            World.Story.Add($"{Name}: power cut");
        }
    }
}
