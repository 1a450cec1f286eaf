using System.Globalization;
using System.Reflection;
using Yadokari.Linux.Proc;
using Yadokari.Protocol;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Hosting;

/// <summary>What this host says of itself.</summary>
public sealed class HostFacts(HostSelf self, HomeDirectory home, Func<int> runningJobs)
{
    private readonly IReadOnlyList<string> _cpuFeatures = ReadCpuFeatures();
    private readonly string _kernel = ProcMisc.KernelRelease();

    /// <summary>Version of the program, with the revision it was built from where that is known.</summary>
    public static string Build { get; } =
        typeof(HostFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    public static string Version { get; } = Build.Split('+')[0];

    /// <summary>How busy it is; set once the meter runs.</summary>
    public Func<HostLoad?> Load { get; set; } = static () => null;

    /// <summary>Revision of the placement policy that holds here.</summary>
    public Func<long> PolicyRevision { get; set; } = static () => 0;

    /// <summary>Version of the list of revoked certificates.</summary>
    public Func<long> RevokedVersion { get; set; } = static () => 0;

    /// <summary>It was started because a command needed one.</summary>
    public bool OnDemand { get; init; }

    public HostInfo Read()
    {
        double[] load = [.. File.ReadAllText("/proc/loadavg").Split(' ').Take(3).Select(f => double.Parse(f, CultureInfo.InvariantCulture))];
        (long total, long available) = ReadMemory();
        return new HostInfo
        {
            Protocol = ProtocolVersion.Word,
            ProtocolVersion = ProtocolVersion.Current,
            Version = Version,
            Name = self.Name,
            Instance = self.Instance,
            Address = self.Address,
            BootId = self.BootId,
            Uid = self.Uid,
            UptimeSeconds = ProcMisc.Uptime().TotalSeconds,
            CpuCount = Environment.ProcessorCount,
            Load1 = load[0],
            Load5 = load[1],
            Load15 = load[2],
            MemoryTotal = total,
            MemoryAvailable = available,
            DiskFree = ReadDiskFree(),
            Kernel = _kernel,
            CpuFeatures = _cpuFeatures,
            Draining = self.Draining,
            RunningJobs = runningJobs(),
            Load = Load(),
            PolicyRevision = PolicyRevision(),
            RevokedVersion = RevokedVersion(),
            Pid = Environment.ProcessId,
            OnDemand = OnDemand,
            Via = self.Via,
        };
    }

    /// <summary>Bytes of memory and of disk that a new job may take.</summary>
    public (long Memory, long Disk) Room() => (ReadMemory().Available, ReadDiskFree());

    private long ReadDiskFree() => new DriveInfo(home.Images).AvailableFreeSpace;

    /// <summary>Bytes of memory, and how many of them can be had without swapping.</summary>
    public static (long Total, long Available) ReadMemory()
    {
        long total = 0;
        long available = 0;
        foreach (string line in File.ReadLines("/proc/meminfo"))
        {
            // "MemTotal:       24576 kB"
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (fields[0])
            {
                case "MemTotal:":
                    total = long.Parse(fields[1], CultureInfo.InvariantCulture) << 10;
                    break;
                case "MemAvailable:":
                    available = long.Parse(fields[1], CultureInfo.InvariantCulture) << 10;
                    break;
            }
        }
        return (total, available);
    }

    private static string[] ReadCpuFeatures()
    {
        foreach (string line in File.ReadLines("/proc/cpuinfo"))
        {
            if (line.StartsWith("flags", StringComparison.Ordinal))
            {
                return line[(line.IndexOf(':') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            }
        }
        return [];
    }
}
