using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>Finds the region of a resume: addresses that the process does not use, as many as the plan needs.</summary>
internal static class RegionFit
{
    /// <summary>Bytes that are enough for most plans; others get a multiple.</summary>
    public const ulong Step = 64UL << 20;

    /// <summary>The image with a region that its plan fits, and the plan.</summary>
    /// <param name="vmas">The process's mappings, by ascending address.</param>
    public static (TreeImage Image, RestorePlan Plan) Find(TreeImage image, IReadOnlyList<Vma> vmas)
    {
        ulong length = Step;
        while (true)
        {
            RemoteAddress start = FreeAddresses.TryFind(vmas, length)
                ?? throw new EngineException(EngineError.Failed, "the process leaves no free range of addresses for the resume stub");
            image = image with { RegionBase = start.Value, RegionLength = length };
            RestorePlan plan = PlanCompiler.Compile(image);
            ulong needed = (ulong)plan.Span + RegionLayout.EndLength(image);
            if (needed <= length)
            {
                return (image, plan);
            }

            // The plan is as long wherever its region lies: the second one fits.
            length = (needed + Step - 1) / Step * Step;
            if (needed > FreeAddresses.LongestPlan)
            {
                throw new EngineException(EngineError.Failed, $"what has to be done to resume it takes {needed >> 20} MiB; a context file holds {FreeAddresses.LongestPlan >> 20}");
            }
        }
    }
}
