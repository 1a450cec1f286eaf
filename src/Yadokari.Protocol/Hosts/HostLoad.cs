namespace Yadokari.Protocol.Hosts;

/// <summary>How busy a host is, measured by its daemon once a second.</summary>
public sealed record HostLoad
{
    /// <summary>Processors that jobs may use; a fraction where they are limited.</summary>
    public required double Capacity { get; init; }

    /// <summary>Threads that run or wait for a processor, mean of the last seconds.</summary>
    public required double RunQueue { get; init; }

    /// <summary>Those of them that belong to no job.</summary>
    public required double OtherRunQueue { get; init; }

    /// <summary>The run queue damped over a minute.</summary>
    public required double Load { get; init; }

    /// <summary>Processors in use, mean of the last seconds.</summary>
    public required double CpuUse { get; init; }

    /// <summary>Per cent of the last 10 s in which some thread waited for a processor (PSI); null where the kernel does not tell.</summary>
    public double? CpuPressure { get; init; }

    /// <summary>The same for memory.</summary>
    public double? MemoryPressure { get; init; }

    /// <summary>Somebody works at the machine.</summary>
    public required bool OwnerPresent { get; init; }

    /// <summary>Seconds since the measurement.</summary>
    public required double Age { get; init; }
}
