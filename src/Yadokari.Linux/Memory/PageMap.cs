using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Native;
using Yadokari.Linux.Proc;

namespace Yadokari.Linux.Memory;

/// <summary>/proc/PID/pagemap asked by PAGEMAP_SCAN (kernel 6.7; Documentation/admin-guide/mm/pagemap.rst):
/// the populated runs of a range in time proportional to what is populated.</summary>
public sealed unsafe class PageMap : IDisposable
{
    private const ulong PagemapScan = 0xC0606610;
    private const ulong ProtectMatching = 1; // PM_SCAN_WP_MATCHING
    private const int VectorLength = 4096;

    private readonly SafeFileHandle _handle;
    private readonly PageCategories _guard;

    public PageMap(int pid)
    {
        _handle = File.OpenHandle($"{ProcTasks.Directory(pid)}/pagemap");
        _guard = KnowsGuards() ? PageCategories.Guard : 0;
    }

    /// <summary>Pages that hold data of their own: present or swapped, and not the shared page of zeros.</summary>
    public void FindPopulated(RemoteAddress start, RemoteAddress end, List<PageRun> runs) =>
        Scan(start, end, PageCategories.Present | PageCategories.Swapped, PageCategories.ZeroPage | _guard, runs);

    /// <summary>Pages that fault at any access though their mapping permits it (MADV_GUARD_INSTALL); none on kernels that
    /// don't tell (before 6.15).</summary>
    public void FindGuards(RemoteAddress start, RemoteAddress end, List<PageRun> runs)
    {
        if (_guard != 0)
        {
            Scan(start, end, _guard, 0, runs);
        }
    }

    /// <summary>Memory that is made of huge pages (transparent ones).</summary>
    public void FindHuge(RemoteAddress start, RemoteAddress end, List<PageRun> runs) => Scan(start, end, PageCategories.Huge, PageCategories.ZeroPage, runs);

    /// <summary>Pages of a private file mapping that were written since (no longer the file's).</summary>
    public void FindCopied(RemoteAddress start, RemoteAddress end, List<PageRun> runs) =>
        Scan(start, end, PageCategories.Present | PageCategories.Swapped, PageCategories.ZeroPage | PageCategories.File | _guard, runs);

    /// <summary>Pages of watched memory (<see cref="WriteWatch"/>) that hold something, anywhere; each is protected before it is told,
    /// so that its next write is seen.</summary>
    /// <param name="onlyWritten">Only those that were written since they were protected last.</param>
    public void Protect(bool onlyWritten, List<PageRun> runs) =>
        Scan(AllMemory, PageCategories.Present | PageCategories.Swapped, new Demand(PageCategories.WriteAllowed | (onlyWritten ? PageCategories.Written : 0) | PageCategories.ZeroPage, PageCategories.ZeroPage, ProtectMatching), runs);

    /// <summary>Pages of watched memory that hold something and were not written since they were protected last.</summary>
    public void FindUnwritten(List<PageRun> runs) =>
        Scan(AllMemory, PageCategories.Present | PageCategories.Swapped, new Demand(PageCategories.WriteAllowed | PageCategories.Written | PageCategories.ZeroPage, PageCategories.Written | PageCategories.ZeroPage, 0), runs);

    /// <summary>Pages of a run, all of which hold something, that other processes may have mapped as well; those that are not in memory
    /// are told, too, since that is not known of them. Not for those of files (Documentation/admin-guide/mm/pagemap.rst, bit 56).</summary>
    /// <exception cref="IOException">The process has ended.</exception>
    public void FindCommon(PageRun run, List<PageRun> runs)
    {
        const ulong inMemory = 1UL << 63, exclusive = 1UL << 56;
        const int atOnce = 512;
        Span<ulong> entries = stackalloc ulong[atOnce];
        PageRun last = default;
        for (ulong from = run.Start.Value; from < run.End.Value;)
        {
            Span<ulong> wanted = entries[..(int)Math.Min(atOnce, (run.End.Value - from) / RemoteAddress.PageSize)];
            int got = RandomAccess.Read(_handle, MemoryMarshal.AsBytes(wanted), (long)(from / RemoteAddress.PageSize * sizeof(ulong))) / sizeof(ulong);
            if (got == 0)
            {
                throw new IOException("the process has ended");
            }

            foreach (ulong entry in wanted[..got])
            {
                if ((entry & (inMemory | exclusive)) != (inMemory | exclusive))
                {
                    RemoteAddress start = new(from);
                    if (last.Length > 0 && last.End == start)
                    {
                        start = last.Start;
                    }
                    else
                    {
                        Add(runs, last);
                    }

                    last = new PageRun(start, new RemoteAddress(from + RemoteAddress.PageSize));
                }

                from += RemoteAddress.PageSize;
            }
        }

        Add(runs, last);
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>An empty scan, which is refused (EINVAL) when the kernel does not know the category.</summary>
    private bool KnowsGuards()
    {
        ScanArguments arguments = new() { Size = (ulong)sizeof(ScanArguments), CategoryAnyOf = (ulong)PageCategories.Guard, ReturnMask = (ulong)PageCategories.Guard };
        Region region;
        arguments.Vector = (ulong)&region;
        arguments.VectorLength = 1;
        return LibC.Ioctl((int)_handle.DangerousGetHandle(), PagemapScan, &arguments) >= 0;
    }

    private static PageRun AllMemory => new(new RemoteAddress(0), new RemoteAddress(AddressSpace.End));

    private void Scan(RemoteAddress start, RemoteAddress end, PageCategories any, PageCategories none, List<PageRun> runs) =>
        Scan(new PageRun(start, end), any, new Demand(none, none, 0), runs);

    private void Scan(PageRun range, PageCategories any, Demand demand, List<PageRun> runs)
    {
        // Runs of one call are joined, never with those of a neighbouring mapping, which may have another protection.
        PageRun last = default;
        ulong from = range.Start.Value;
        Region[] vector = ArrayPool<Region>.Shared.Rent(VectorLength);
        fixed (Region* pointer = vector)
        {
            while (from < range.End.Value)
            {
                // category_inverted flips the bits of what must not be; category_mask then demands all of them.
                ScanArguments arguments = new()
                {
                    Size = (ulong)sizeof(ScanArguments),
                    Flags = demand.Flags,
                    Start = from,
                    End = range.End.Value,
                    Vector = (ulong)pointer,
                    VectorLength = VectorLength,
                    CategoryInverted = (ulong)demand.Inverted,
                    CategoryMask = (ulong)demand.All,
                    CategoryAnyOf = (ulong)any,
                    ReturnMask = (ulong)(any | demand.All),
                };
                int count = LibC.Ioctl((int)_handle.DangerousGetHandle(), PagemapScan, &arguments);
                if (count < 0)
                {
                    throw new SystemCallException("ioctl(PAGEMAP_SCAN)", Marshal.GetLastPInvokeError());
                }

                for (int i = 0; i < count; i++)
                {
                    PageRun run = new(new RemoteAddress(pointer[i].Start), new RemoteAddress(pointer[i].End));
                    if (last.Length > 0 && last.End == run.Start)
                    {
                        last = new PageRun(last.Start, run.End);
                        continue;
                    }

                    Add(runs, last);
                    last = run;
                }

                // Only of a full vector it is told where the walk ended: the kernel fills it by parts, and what it says of the last full
                // part stays when the walk then comes to its end (do_pagemap_scan, fs/proc/task_mmu.c).
                if (count < VectorLength || arguments.WalkEnd <= from)
                {
                    break;
                }

                from = arguments.WalkEnd;
            }
        }

        ArrayPool<Region>.Shared.Return(vector);
        Add(runs, last);
    }

    private static void Add(List<PageRun> runs, PageRun run)
    {
        if (run.Length > 0)
        {
            runs.Add(run);
        }
    }

    /// <param name="All">Every one must hold,</param>
    /// <param name="Inverted">after these are turned round.</param>
    /// <param name="Flags">Of the call.</param>
    private readonly record struct Demand(PageCategories All, PageCategories Inverted, ulong Flags);

    [Flags]
    private enum PageCategories : ulong
    {
        WriteAllowed = 1 << 0,
        Written = 1 << 1,
        File = 1 << 2,
        Present = 1 << 3,
        Swapped = 1 << 4,
        ZeroPage = 1 << 5,
        Huge = 1 << 6,
        Guard = 1 << 8,
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ScanArguments
    {
        public ulong Size;
        public ulong Flags;
        public ulong Start;
        public ulong End;
        public ulong WalkEnd;
        public ulong Vector;
        public ulong VectorLength;
        public ulong MaxPages;
        public ulong CategoryInverted;
        public ulong CategoryMask;
        public ulong CategoryAnyOf;
        public ulong ReturnMask;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Region
    {
        public ulong Start;
        public ulong End;
        public ulong Categories;
    }
}
