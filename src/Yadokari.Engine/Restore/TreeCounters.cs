namespace Yadokari.Engine.Restore;

/// <summary>What the processes and threads of a job wait for while they are rebuilt.</summary>
public sealed class TreeCounters(PlanBuilder plan)
{
    /// <summary>Counts the threads that are rebuilt and wait.</summary>
    public Argument Prepared { get; } = plan.NewCounter("prepared");

    /// <summary>Opened by the waiter when the resume is committed.</summary>
    public Argument Gate { get; } = plan.NewGate("gate");

    /// <summary>Counts the processes whose main thread has done what had to wait for the gate.</summary>
    public Argument Late { get; } = plan.NewCounter("late");

    /// <summary>Never opened: threads park here until the waiter takes them over by ptrace.</summary>
    public Argument Park { get; } = plan.NewGate("park");

    /// <summary>Counts the processes that lead what groups and sessions they lead; who has ended counts too.</summary>
    public Argument Grouped { get; } = plan.NewCounter("grouped");

    /// <summary>How many numbers have been given to processes of the moment, see <see cref="PlanContext.FreePid"/>.</summary>
    public int FreePids { get; set; }

    /// <summary>Counts those that have joined their groups.</summary>
    public Argument Joined { get; } = plan.NewCounter("joined");

    /// <summary>Counts the steps by which processes get the parent that took them over, see <see cref="SkeletonHandover"/>.</summary>
    public Argument Turn { get; } = plan.NewCounter("turn");

    /// <summary>Where each process of the job begins, by its number.</summary>
    public Dictionary<int, PlanLabel> Starts { get; } = [];
}
