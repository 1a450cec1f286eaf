using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A pseudoterminal of the job under scan.</summary>
/// <param name="Number">The N of /dev/pts/N.</param>
/// <param name="Master">Null: it has been closed.</param>
internal sealed record JobTerminal(int Number, OpenDescription? Master)
{
    /// <summary>The other side, each time it was opened.</summary>
    public List<OpenDescription> Slaves { get; } = [];

    public bool IsExclusive => Slaves.Exists(slave => PseudoTerminal.IsExclusive(slave.Handle));

    /// <summary>It is the controlling terminal of a process.</summary>
    public bool IsControlledBy(int pid) => Master is not null && PseudoTerminal.Session(Master.Handle) is { } session
        && ProcStat.Read(pid) is { TerminalDevice: not 0 } stat && stat.Session == session;
}
