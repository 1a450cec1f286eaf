namespace Yadokari.Linux.Cpu;

/// <summary>One test of a host: CPUID(leaf, subleaf).register &amp; mask must equal mask.</summary>
public readonly record struct CpuidTest(uint Leaf, uint Subleaf, CpuidRegister Register, uint Mask);
