using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Mman;
using static Yadokari.Linux.Abi.Prctl;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>What was told the kernel about a mapping: advice, locks, a name.</summary>
internal static class MemoryAdviceRestore
{
    private const string AnonymousName = "[anon:";

    public static void Emit(PlanBuilder plan, MappingImage mapping)
    {
        ReadOnlySpan<(VmaFlags Flag, int Advice)> table =
        [
            (VmaFlags.SequentialRead, 2),
            (VmaFlags.RandomRead, 1),
            (VmaFlags.DontFork, 10),
            (VmaFlags.Mergeable, 12),
            (VmaFlags.HugePage, 14),
            (VmaFlags.NoHugePage, 15),
            (VmaFlags.DontDump, 16),
            (VmaFlags.WipeOnFork, 18),
        ];
        RemoteAddress start = new(mapping.Start);
        foreach ((VmaFlags flag, int advice) in table)
        {
            if ((mapping.Flags & flag) != 0)
            {
                // Advice is a hint that a kernel may be built without.
                plan.Try(null, SystemCall.Madvise, start, mapping.Length, Argument.Named((ulong)advice, flag.ToString()));
            }
        }

        if ((mapping.Flags & VmaFlags.Locked) != 0)
        {
            bool onFault = (mapping.Flags & VmaFlags.LockOnFault) != 0;
            plan.Call($"lock {start} in memory", SystemCall.Mlock2, start, mapping.Length, onFault ? Argument.Named(MLOCK_ONFAULT, "MLOCK_ONFAULT") : 0);
        }

        if (mapping.Name.StartsWith(AnonymousName, StringComparison.Ordinal))
        {
            plan.Try(null, SystemCall.Prctl, Argument.Named(PR_SET_VMA, "PR_SET_VMA"), 0, start, mapping.Length, plan.Text(mapping.Name[AnonymousName.Length..^1]));
        }
    }
}
