namespace Yadokari.Engine.Resources.Memory;

/// <summary>The code page(s) the kernel gives to every process, and its data pages beside them.</summary>
public sealed record VdsoImage
{
    public required ulong Start { get; init; }

    /// <summary>Its bytes; a target with others gets a patched copy.</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>[vvar] and [vvar_vclock]: start and length.</summary>
    public required IReadOnlyList<KernelRange> Data { get; init; }
}
