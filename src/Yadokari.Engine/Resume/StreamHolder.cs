using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Context;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Spawn;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Resume;

/// <summary>A process of a few kilobytes that holds the outer ends of a job's streams, so that they stay open when whoever serves
/// them dies. It outlives the caller, and ends only when it is killed.</summary>
public static class StreamHolder
{
    private const string None = "999999";
    private const ulong RegionBase = 1UL << 40;
    private const ulong RegionLength = 64UL << 20;

    /// <summary>How many descriptors it can hold, numbered from 0.</summary>
    public const int Places = HolderProgram.CommandRead;

    /// <summary>The first of the numbers of what it holds besides.</summary>
    public const int More = HolderProgram.CommandWrite + 1;

    /// <summary>Starts one.</summary>
    /// <param name="held">What it holds, by number; null: nothing there. At most <see cref="Places"/>.</param>
    /// <param name="more">What it holds besides, from <see cref="More"/> on; at most three.</param>
    /// <returns>Its pid, a child of the caller as long as that lives.</returns>
    /// <exception cref="SystemCallException">It can't be started.</exception>
    public static int Start(IReadOnlyList<SafeFileHandle?> held, params IReadOnlyList<SafeFileHandle> more)
    {
        using SafeFileHandle file = StubFile.Create("yadokari-streams", HolderProgram.Compile(), RegionBase, RegionLength);
        (SafeFileHandle read, SafeFileHandle write) = Pipe.Create();
        using (read)
        using (write)
        {
            return ChildProcess.Start(new SpawnRequest
            {
                Program = $"/proc/self/fd/{file.DangerousGetHandle()}",
                Arguments = ["yadokari-streams", "@yado", None, None, "0"],
                Environment = [],
                Descriptors = [.. Enumerable.Range(0, Places).Select(n => n < held.Count ? held[n] : null), read, write, .. more],
                NewSession = true,
            });
        }
    }

    /// <summary>A second descriptor of what a holder holds; null when it is gone, or holds nothing there.</summary>
    public static SafeFileHandle? Fetch(int holder, int number)
    {
        using SafeFileHandle? process = PidFd.Open(holder);
        return process is null ? null : PidFd.Fetch(process, number);
    }

    /// <summary>Makes a holder let go of one descriptor. It happens soon after.</summary>
    public static void Release(int holder, int number)
    {
        using SafeFileHandle? commands = Fetch(holder, HolderProgram.CommandWrite);
        if (commands is not null)
        {
            Pipe.Put(commands, (byte)number);
        }
    }

    /// <summary>Ends a holder, and reaps it when it is a child of the caller.</summary>
    public static void End(int holder)
    {
        using SafeFileHandle? process = PidFd.Open(holder);
        if (process is null || !PidFd.SendSignal(process, SIGKILL))
        {
            return;
        }

        try
        {
            ChildProcess.Wait(holder);
        }
        catch (SystemCallException failure) when (failure.Number == Errno.ECHILD)
        {
            // A former life of the caller started it: the init of this machine reaps it.
        }
    }
}
