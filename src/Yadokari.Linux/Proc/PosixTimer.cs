namespace Yadokari.Linux.Proc;

/// <summary>One POSIX timer (timer_create(2)) as /proc/PID/timers tells it; its times are not in there.</summary>
/// <param name="Id">Kernel's timer id.</param>
/// <param name="Signal">Signal number.</param>
/// <param name="Value">sigev_value.</param>
/// <param name="Notify">SIGEV_SIGNAL 0, SIGEV_NONE 1 or SIGEV_THREAD 2, without SIGEV_THREAD_ID.</param>
/// <param name="ToThread">SIGEV_THREAD_ID: the signal goes to the thread <paramref name="Target"/>.</param>
/// <param name="Target">Thread id or process id, in the reader's pid namespace; 0 when that thread has ended.</param>
/// <param name="ClockId">CLOCK_* number; negative for a clock of a process or thread.</param>
public readonly record struct PosixTimer(int Id, int Signal, ulong Value, int Notify, bool ToThread, int Target, int ClockId);
