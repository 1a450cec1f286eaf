using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Memory;

namespace Yadokari.Engine.Restore;

/// <summary>
/// Where things are in the stub's region, by offset from its base. The region lies at an address that the
/// job does not use, and is unmapped when the job runs. What a plan has many of stands behind it, sized by the plan.
/// <code>
/// base ─ code ─ header ─ own page ─ operations ─ data ─ slots ─ shared pages ─ buffers ─ parking (vdso, vvar) ─ end
///        8 KiB  at +1F00   4 KiB      n × 80            n × 8      n × 64      2 × 36 KiB
/// </code>
/// Up to the data it is in the file; what follows begins as zeros.
/// </summary>
public static class RegionLayout
{
    /// <summary>Machine code of the interpreter, and at its end the header.</summary>
    public const int CodeLength = 0x2000;

    /// <summary>Header: eight 8-byte words, see <see cref="RestorePlan.Encode"/>.</summary>
    public const int HeaderOffset = 0x1f00;

    /// <summary>Header word: bytes from the base to the shared pages; 0: the plan has none.</summary>
    public const int SharedPlaceOffset = HeaderOffset + 32;

    /// <summary>Header word: how many counters a failure opens.</summary>
    public const int CounterCountOffset = HeaderOffset + 40;

    /// <summary>Where in the header the address stands at which a batch goes on behind its end; 0: at a breakpoint.</summary>
    public const int HeaderBreak = 48;

    /// <summary>The slots that the entry fills, and behind them the interpreter's own scratch memory.</summary>
    public const int OwnOffset = CodeLength;

    public const int ScratchOffset = OwnOffset + (WellKnownSlots.FirstFree * 8);

    /// <summary>In the same page, of a batch: what it does behind its end.</summary>
    public const int BatchEndOffset = OwnOffset + 0x800;

    public const int OperationsOffset = 0x3000;

    public const int OperationLength = 80;

    /// <summary>Bytes at the region's end that no plan of the job may reach.</summary>
    public static ulong EndLength(TreeImage tree) => tree.Processes.Max(process => EndLength(process.Memory.Vdso));

    /// <summary>Those of one process: the readers' buffers and the parked vdso.</summary>
    public static ulong EndLength(VdsoImage? vdso) => ReadBuffer.AllLength + VdsoRestore.ParkLength(vdso);
}
