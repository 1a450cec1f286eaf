namespace Yadokari.Engine.Resources.Threads;

/// <summary>Scheduling of a thread (sched(7)); restored where the host permits.</summary>
/// <param name="Policy">SCHED_*.</param>
/// <param name="ResetOnFork">SCHED_FLAG_RESET_ON_FORK.</param>
/// <param name="Nice">−20…19.</param>
/// <param name="Priority">1…99 of a real-time policy.</param>
/// <param name="Affinity">cpu mask, little endian.</param>
/// <param name="IoPriority">ioprio_get(2).</param>
public sealed record ScheduleImage(uint Policy, bool ResetOnFork, int Nice, uint Priority, byte[] Affinity, int IoPriority);
