namespace Yadokari.Linux.Cpu;

/// <summary>Where one state component stands in the XSAVE area (CPUID leaf 0xD).</summary>
/// <param name="Number">XCR0 bit: 0 x87, 1 SSE, 2 AVX, 5–7 AVX-512, 9 PKRU, 17–18 AMX.</param>
/// <param name="Offset">Bytes from the start in the standard (not compacted) format.</param>
/// <param name="Size">Bytes.</param>
public readonly record struct XsaveComponent(int Number, uint Offset, uint Size);
