namespace Yadokari.Linux.Cpu;

/// <summary>One feature of the instruction set that programs can see and use.</summary>
/// <param name="Name">As in /proc/cpuinfo, lower case.</param>
/// <param name="Leaf">CPUID leaf.</param>
/// <param name="Subleaf">CPUID subleaf (ecx).</param>
/// <param name="Register">Register of the result.</param>
/// <param name="Bit">Bit of the register, 0 … 31.</param>
/// <param name="StateComponents">XCR0 bits the kernel must have enabled for the feature to be usable; 0 for none.</param>
public sealed record CpuFeature(string Name, uint Leaf, uint Subleaf, CpuidRegister Register, int Bit, ulong StateComponents);
