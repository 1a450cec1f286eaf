using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Native;

namespace Yadokari.Linux.Memory;

/// <summary>/proc/PID/pagemap asked by PAGEMAP_SCAN (kernel 6.7; Documentation/admin-guide/mm/pagemap.rst):
/// the populated runs of a range in time proportional to what is populated.</summary>
public sealed unsafe class PageMap : IDisposable
{
    private const ulong PagemapScan = 0xC0606610;
    private const int VectorLength = 4096;

    private readonly SafeFileHandle handle;
    private readonly Region[] vector = new Region[VectorLength];

    private readonly PageCategories guard;

    public PageMap(int pid)
    {
        handle = File.OpenHandle($"/proc/{pid}/pagemap");
        guard = KnowsGuards() ? PageCategories.Guard : 0;
    }

    /// <summary>Pages that hold data of their own: present or swapped, and not the shared page of zeros.</summary>
    public void FindPopulated(RemoteAddress start, RemoteAddress end, List<PageRun> runs) =>
        Scan(start, end, PageCategories.Present | PageCategories.Swapped, PageCategories.ZeroPage | guard, runs);

    /// <summary>Pages that fault at any access though their mapping permits it (MADV_GUARD_INSTALL); none on kernels that
    /// don't tell (before 6.15).</summary>
    public void FindGuards(RemoteAddress start, RemoteAddress end, List<PageRun> runs)
    {
        if (guard != 0)
        {
            Scan(start, end, guard, 0, runs);
        }
    }

    /// <summary>Memory that is made of huge pages (transparent ones).</summary>
    public void FindHuge(RemoteAddress start, RemoteAddress end, List<PageRun> runs) => Scan(start, end, PageCategories.Huge, PageCategories.ZeroPage, runs);

    /// <summary>Pages of a private file mapping that were written since (no longer the file's).</summary>
    public void FindCopied(RemoteAddress start, RemoteAddress end, List<PageRun> runs) =>
        Scan(start, end, PageCategories.Present | PageCategories.Swapped, PageCategories.ZeroPage | PageCategories.File | guard, runs);

    public void Dispose() => handle.Dispose();

    /// <summary>An empty scan, which is refused (EINVAL) when the kernel does not know the category.</summary>
    private bool KnowsGuards()
    {
        ScanArguments arguments = new() { Size = (ulong)sizeof(ScanArguments), CategoryAnyOf = (ulong)PageCategories.Guard, ReturnMask = (ulong)PageCategories.Guard };
        Region region;
        arguments.Vector = (ulong)&region;
        arguments.VectorLength = 1;
        return LibC.Ioctl((int)handle.DangerousGetHandle(), PagemapScan, &arguments) >= 0;
    }

    private void Scan(RemoteAddress start, RemoteAddress end, PageCategories any, PageCategories none, List<PageRun> runs)
    {
        // Runs of one call are joined, never with those of a neighbouring mapping, which may have another protection.
        PageRun last = default;
        ulong from = start.Value;
        fixed (Region* pointer = vector)
        {
            while (from < end.Value)
            {
                // category_inverted flips the bits of `none`; category_mask then demands all of them.
                ScanArguments arguments = new()
                {
                    Size = (ulong)sizeof(ScanArguments),
                    Start = from,
                    End = end.Value,
                    Vector = (ulong)pointer,
                    VectorLength = VectorLength,
                    CategoryInverted = (ulong)none,
                    CategoryMask = (ulong)none,
                    CategoryAnyOf = (ulong)any,
                    ReturnMask = (ulong)(any | none),
                };
                int count = LibC.Ioctl((int)handle.DangerousGetHandle(), PagemapScan, &arguments);
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

                if (arguments.WalkEnd <= from)
                {
                    break;
                }

                from = arguments.WalkEnd;
            }
        }

        Add(runs, last);
    }

    private static void Add(List<PageRun> runs, PageRun run)
    {
        if (run.Length > 0)
        {
            runs.Add(run);
        }
    }

    [Flags]
    private enum PageCategories : ulong
    {
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
