using System.Runtime.Intrinsics.X86;

namespace Yadokari.Linux.Cpu;

/// <summary>The XSAVE area of this host in the standard format, as NT_X86_XSTATE and signal frames use it.</summary>
/// <param name="EnabledComponents">XCR0: the components the kernel enabled.</param>
/// <param name="Size">Bytes of the area for these components, header included.</param>
/// <param name="Components">By ascending number; x87 and SSE are the legacy area.</param>
public sealed record XsaveLayout(ulong EnabledComponents, uint Size, IReadOnlyList<XsaveComponent> Components)
{
    private const int LegacyX87Size = 160;
    private const int LegacySseOffset = 160;
    private const int LegacySseSize = 256;

    /// <summary>Asks the CPU.</summary>
    /// <exception cref="PlatformNotSupportedException">No CPUID (not x86-64) or no XSAVE.</exception>
    public static XsaveLayout ReadHost()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 0xD)
        {
            throw new PlatformNotSupportedException("this processor has no XSAVE");
        }

        // Leaf 0xD, subleaf 0: eax/edx are the bits XCR0 may have, ebx the size for those it has. The kernel's choice is
        // read through NT_X86_XSTATE's own header by the caller; Linux enables all that it supports, and the hypervisor
        // hides the others.
        (int low, int size, _, int high) = X86Base.CpuId(0xD, 0);
        ulong supported = (uint)low | ((ulong)(uint)high << 32);
        List<XsaveComponent> components = [new(0, 0, LegacyX87Size), new(1, LegacySseOffset, LegacySseSize)];
        for (int number = 2; number < 63; number++)
        {
            if ((supported >> number & 1) == 0)
            {
                continue;
            }

            (int bytes, int offset, _, _) = X86Base.CpuId(0xD, number);
            if (bytes != 0)
            {
                components.Add(new XsaveComponent(number, (uint)offset, (uint)bytes));
            }
        }

        return new XsaveLayout(supported, (uint)size, components);
    }
}
