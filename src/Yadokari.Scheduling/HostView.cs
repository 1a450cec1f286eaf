using System.Text.Json.Serialization;

namespace Yadokari.Scheduling;

/// <summary>A host as the scheduler saw it last.</summary>
public sealed record HostView
{
    /// <summary>Unique in a view.</summary>
    public required string Name { get; init; }

    /// <summary>Processors that jobs may use there; a fraction where they are limited; more than 0.</summary>
    public required double Cpus { get; init; }

    /// <summary>Threads that run or wait for a processor: those of the jobs in the view, and all others.</summary>
    public required double RunQueue { get; init; }

    /// <summary>The run queue damped over a minute, as load averages are.</summary>
    public double Load { get; init; }

    /// <summary>Bytes.</summary>
    public long MemoryTotal { get; init; }

    /// <summary>Bytes that can be had without swapping.</summary>
    public long MemoryAvailable { get; init; }

    /// <summary>Per cent of the last 10 s in which some thread waited for a processor (PSI); null where the kernel does not tell.</summary>
    public double? CpuPressure { get; init; }

    /// <summary>The same for memory.</summary>
    public double? MemoryPressure { get; init; }

    /// <summary>Somebody works at the machine.</summary>
    public bool OwnerPresent { get; init; }

    /// <summary>It takes no jobs.</summary>
    public bool Draining { get; init; }

    /// <summary>Seconds since these facts were measured.</summary>
    public double FactsAge { get; init; }

    /// <summary>The guard lets nothing be moved there, whatever the policy says (<see cref="Guarding.Guard.Prepare"/>).</summary>
    public bool Closed { get; init; }

    /// <summary>A job may be moved there.</summary>
    [JsonIgnore]
    public bool Accepts => !Draining && !Closed;
}
