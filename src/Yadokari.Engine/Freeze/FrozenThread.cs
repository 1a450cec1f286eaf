using Yadokari.Linux.Ptrace;

namespace Yadokari.Engine.Freeze;

/// <summary>One thread that stands still, with the state it must get back.</summary>
public sealed class FrozenThread(Tracee tracee)
{
    public Tracee Tracee { get; } = tracee;

    /// <summary>Host-level thread id.</summary>
    public int Tid => Tracee.Tid;

    /// <summary>Registers as the kernel showed them at the stop, made fit to go on (see <see cref="SystemCallRestart"/>).</summary>
    public Registers Registers { get; set; }

    /// <summary>Blocked signals.</summary>
    public ulong SignalMask { get; set; }

    /// <summary>It was in a group stop (SIGSTOP and its like).</summary>
    public bool Stopped { get; set; }

    /// <summary>Registers or mask differ from the above, because something is done in it. With whatever it has it finds home
    /// by itself, see <see cref="Landing"/>.</summary>
    public bool Borrowed { get; set; }

    /// <summary>The way home of a thread that is borrowed for calls; null when only its mask is another.</summary>
    internal Landing? Landing { get; set; }

    /// <summary>It was told to go on and has not been fetched yet.</summary>
    public bool Runs { get; set; }

    /// <summary>It was told to stop and has not been fetched yet.</summary>
    public bool Interrupted { get; set; }

    public RseqRegistration Rseq { get; set; }
}
