namespace Yadokari.Engine.Resources.Memory;

/// <summary>The address space: what PR_SET_MM_MAP tells, the mappings, the shared objects behind some of them.</summary>
public sealed record MemoryImage
{
    /// <summary>start_code, end_code, start_data, end_data, start_brk, brk, start_stack, arg_start, arg_end, env_start,
    /// env_end, in the order of struct prctl_mm_map.</summary>
    public required IReadOnlyList<ulong> Layout { get; init; }

    /// <summary>The auxiliary vector as the kernel keeps it.</summary>
    public required byte[] AuxiliaryVector { get; init; }

    /// <summary>Path of the executable; null when it has been removed.</summary>
    public string? Executable { get; init; }

    /// <summary>By ascending address; without the kernel's own (vdso, vvar, vsyscall).</summary>
    public required IReadOnlyList<MappingImage> Mappings { get; init; }

    /// <summary>Bytes of private memory, by ascending address.</summary>
    public required IReadOnlyList<MemorySegment> Segments { get; init; }

    public required IReadOnlyList<SharedObjectImage> SharedObjects { get; init; }

    /// <summary>Ranges that fault at any access (MADV_GUARD_INSTALL).</summary>
    public IReadOnlyList<KernelRange> GuardPages { get; init; } = [];

    /// <summary>Private memory that is made of huge pages, by ascending address.</summary>
    public IReadOnlyList<KernelRange> HugePages { get; init; } = [];

    /// <summary>One for each mapping of the kind <see cref="MappingKind.AioContext"/>.</summary>
    public IReadOnlyList<AioContextImage> AioContexts { get; init; } = [];

    /// <summary>The kernel's own mappings and the bytes of the vdso; null when the process has none.</summary>
    public VdsoImage? Vdso { get; init; }
}
