using Yadokari.Linux.Proc;

namespace Yadokari.Daemon.Cluster;

/// <summary>Time that goes on while the machine is suspended (CLOCK_BOOTTIME), for leases: a host that slept must know that it
/// has lost its own. No other clock of .NET does: Stopwatch and TickCount64 stand still meanwhile.</summary>
public static class BootClock
{
    public static TimeSpan Now() => ProcMisc.Uptime();
}
