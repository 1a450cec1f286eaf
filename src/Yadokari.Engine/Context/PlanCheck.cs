using Yadokari.Engine.Image;
using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Context;

/// <summary>Whether a context file does what its manifest says: the plan is a pure function of the image, the code that runs
/// it and the ELF header are the same in every file of one version, so all of it is made anew and compared.</summary>
internal static class PlanCheck
{
    /// <param name="image">The file's manifest, within its bounds.</param>
    /// <param name="header">What its header says.</param>
    /// <param name="page">The header page as it is in the file.</param>
    /// <param name="control">The control segment as it is in the file.</param>
    /// <returns>The plan that the file runs; null when it is another than the manifest's.</returns>
    public static RestorePlan? Compare(TreeImage image, ContextHeader header, ReadOnlySpan<byte> page, ReadOnlySpan<byte> control)
    {
        ContextHeader expected = header with { Format = image.Format, ControlAddress = image.RegionBase + image.RegionLength };
        if (!page.SequenceEqual(expected.ToBytes()) || (ulong)control.Length + RegionLayout.EndLength(image) > image.RegionLength)
        {
            return null;
        }

        RestorePlan plan;
        try
        {
            // Never more than the file holds: a short manifest can ask for a plan of any length.
            plan = PlanCompiler.Compile(image, control.Length);
        }
        catch (EngineException failure) when (failure.Error == EngineError.Failed)
        {
            return null;
        }

        return plan.Length == control.Length && (ulong)plan.Span + RegionLayout.EndLength(image) <= image.RegionLength
            && plan.Encode(new RemoteAddress(image.RegionBase), image.RegionLength).AsSpan().SequenceEqual(control)
            ? plan
            : null;
    }
}
