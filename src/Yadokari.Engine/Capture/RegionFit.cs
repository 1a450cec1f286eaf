using Yadokari.Engine.Image;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>Finds the region of a resume: addresses that the process does not use, as many as the plan needs.</summary>
internal static class RegionFit
{
    private const ulong SearchStart = 1UL << 40;
    private const ulong Step = 64UL << 20;

    /// <summary>Where the region begins, and its usual length; enough for most plans.</summary>
    private const ulong Alignment = 256UL << 20;

    /// <summary>The image with a region that its plan fits, and the plan.</summary>
    /// <param name="vmas">The process's mappings, by ascending address.</param>
    public static (ProcessImage Image, RestorePlan Plan) Find(ProcessImage image, IReadOnlyList<Vma> vmas)
    {
        ulong length = Step;
        while (true)
        {
            RemoteAddress start = TryFind(vmas, length)
                ?? throw new EngineException(EngineError.Failed, "the process leaves no free range of addresses for the resume stub");
            image = image with { RegionBase = start.Value, RegionLength = length };
            RestorePlan plan = PlanCompiler.Compile(image);
            ulong needed = (ulong)plan.Span + RegionLayout.EndLength(image.Memory.Vdso);
            if (needed <= length)
            {
                return (image, plan);
            }

            // The plan is as long wherever its region lies: the second one fits.
            length = (needed + Step - 1) / Step * Step;
        }
    }

    /// <summary>A free range for a region of that length and the control segment behind it; null when there is none.</summary>
    public static RemoteAddress? TryFind(IReadOnlyList<Vma> vmas, ulong length)
    {
        ulong start = SearchStart;
        foreach (Vma vma in vmas)
        {
            if (vma.Start.Value >= start + (length * 2))
            {
                break;
            }

            if (vma.End.Value > start)
            {
                start = (vma.End.Value + Alignment - 1) / Alignment * Alignment;
            }
        }

        return start < AddressSpace.End - (length * 2) ? new RemoteAddress(start) : null;
    }
}
