namespace Yadokari.Daemon.Jobs;

/// <summary>A process that cannot be taken for another one with the same number: not after its end, not after a reboot.</summary>
/// <param name="Pid">As this host sees it.</param>
/// <param name="StartTicks">Start time, clock ticks after boot (/proc/PID/stat).</param>
/// <param name="BootId">/proc/sys/kernel/random/boot_id.</param>
public sealed record ProcessIdentity(int Pid, ulong StartTicks, string BootId);
