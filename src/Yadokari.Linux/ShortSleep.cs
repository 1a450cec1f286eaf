namespace Yadokari.Linux;

/// <summary>Sleeps shorter than a millisecond, which <see cref="Thread.Sleep(int)"/> can't.</summary>
public static unsafe class ShortSleep
{
    /// <summary>Gives the processor away for about so long (nanosleep(2)); a signal may end it early.</summary>
    /// <param name="microseconds">Below a million.</param>
    public static void For(int microseconds)
    {
        long* time = stackalloc long[2] { 0, microseconds * 1000L };
        LinuxCall.Invoke(SystemCall.Nanosleep, (nint)time);
    }
}
