using Yadokari.Engine.Resources.Memory;

namespace Yadokari.Engine.Restore;

/// <summary>
/// Where things are in the stub's region, by offset from its base. The region lies at an address that the
/// job does not use, and is unmapped when the job runs.
/// <code>
/// base ─ code ─ header ─ slots ─ shared page ─ operations ─ data ─ buffers ─ parking (vdso, vvar) ─ end
///        8 KiB  at +1F00  32 KiB   4 KiB         n × 80                 2 × 36 KiB
/// </code>
/// </summary>
public static class RegionLayout
{
    /// <summary>Machine code of the interpreter, and at its end the header.</summary>
    public const int CodeLength = 0x2000;

    /// <summary>Header: eight 8-byte words, see <see cref="RestorePlan.Encode"/>.</summary>
    public const int HeaderOffset = 0x1f00;

    /// <summary>Where in the header the address stands at which a batch goes on behind its end; 0: at a breakpoint.</summary>
    public const int HeaderBreak = 32;

    public const int SlotsOffset = 0x2000;

    /// <summary>Slots, of which the last <see cref="ScratchSlots"/> are the interpreter's own.</summary>
    public const int SlotCount = 4096;

    public const int ScratchSlots = 64;

    /// <summary>A page that stays shared after forks: counters, error word, wait status.</summary>
    public const int SharedOffset = 0xa000;

    public const int OperationsOffset = 0xb000;

    public const int OperationLength = 80;

    /// <summary>Offsets in the shared page: set to 1 by whoever fails.</summary>
    public const int SharedError = SharedOffset;

    /// <summary>Threads that are rebuilt and wait.</summary>
    public const int SharedPrepared = SharedOffset + 64;

    /// <summary>Opened by the waiter when the resume is committed.</summary>
    public const int SharedGate = SharedOffset + 128;

    /// <summary>The main thread has done what had to wait for the gate.</summary>
    public const int SharedLate = SharedOffset + 192;

    /// <summary>Never opened: threads park here until the waiter takes them over by ptrace.</summary>
    public const int SharedPark = SharedOffset + 256;

    /// <summary>Wait status of the job, from the init to the outer waiter; valid when the next word is 1.</summary>
    public const int SharedStatus = SharedOffset + 320;

    public const int SharedStatusValid = SharedOffset + 328;

    /// <summary>Set to 1 just before the first thread of the job runs: only from then on its end is one that counts.</summary>
    public const int SharedLetGo = SharedOffset + 384;

    /// <summary>Bytes at the region's end that no plan may reach: the readers' buffers and the parked vdso.</summary>
    public static ulong EndLength(VdsoImage? vdso) => ReadBuffer.AllLength + VdsoRestore.ParkLength(vdso);
}
