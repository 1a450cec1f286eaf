using Yadokari.Engine.Freeze;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// Which pages of shared memory hold something, for whoever may not open it from outside: asked by mincore(2) inside the
/// process, which looks into the page cache and touches nothing. Memory that is in part in swap space is left out, since
/// mincore does not count that.
/// </summary>
internal sealed class SharedResidency
{
    /// <summary>Pages that are asked for at once, a byte each: they fit the borrowed range.</summary>
    internal const int PagesAtOnce = 128 * 1024;

    private readonly Dictionary<string, List<DataRun>> _runs = [];

    private SharedResidency()
    {
    }

    /// <summary>What is asked when nothing has to be: nothing is known.</summary>
    public static SharedResidency None { get; } = new();

    /// <summary>Of one object that is mapped whole.</summary>
    /// <param name="pages">What mincore(2) says of each page; empty: nothing is known.</param>
    public static SharedResidency Of(string key, ReadOnlySpan<byte> pages)
    {
        SharedResidency residency = new();
        if (!pages.IsEmpty)
        {
            List<DataRun> found = [];
            Collect(pages, 0, found);
            residency._runs.Add(key, found);
        }

        return residency;
    }

    /// <summary>Asks about every shared mapping of memory that can't be opened from outside.</summary>
    public static SharedResidency Ask(FrozenProcess tree, RemoteBatch batch, IReadOnlyList<Vma> vmas)
    {
        SharedResidency residency = new();
        IReadOnlySet<(uint, uint)>? devices = null;
        HashSet<string> leftOut = [];
        foreach (Vma vma in vmas)
        {
            if (!vma.Shared || !vma.IsFile)
            {
                continue;
            }

            devices ??= MappedObject.MemoryDevices(tree.Pid);
            if (!devices.Contains((vma.DeviceMajor, vma.DeviceMinor)))
            {
                continue;
            }

            string key = MemoryCapture.KeyOf(vma);
            using Microsoft.Win32.SafeHandles.SafeFileHandle? file = MappedObject.TryOpen(tree.Pid, vma.Start, vma.End);
            if (file is not null)
            {
                // Whoever may open one may open all.
                return None;
            }

            if (vma.SwappedBytes > 0)
            {
                leftOut.Add(key);
            }
            else if (!residency.TryAsk(tree, batch, vma, key))
            {
                leftOut.Add(key);
            }
        }

        foreach (string key in leftOut)
        {
            residency._runs.Remove(key);
        }

        foreach (List<DataRun> found in residency._runs.Values)
        {
            Join(found);
        }

        return residency;
    }

    /// <summary>By ascending offset, each page once: an object may be mapped more than once.</summary>
    private static void Join(List<DataRun> found)
    {
        found.Sort((left, right) => left.Offset.CompareTo(right.Offset));
        int last = 0;
        for (int i = 1; i < found.Count; i++)
        {
            long end = found[last].Offset + found[last].Length;
            if (found[i].Offset > end)
            {
                found[++last] = found[i];
            }
            else
            {
                found[last] = found[last] with { Length = Math.Max(end, found[i].Offset + found[i].Length) - found[last].Offset };
            }
        }

        found.RemoveRange(Math.Min(last + 1, found.Count), Math.Max(0, found.Count - last - 1));
    }

    /// <summary>Runs of an object that hold something, by ascending offset. Null when nothing is known.</summary>
    public IReadOnlyList<DataRun>? Find(string key) => _runs.GetValueOrDefault(key);

    private bool TryAsk(FrozenProcess tree, RemoteBatch batch, Vma vma, string key)
    {
        if (!_runs.TryGetValue(key, out List<DataRun>? found))
        {
            _runs.Add(key, found = []);
        }

        const ulong length = (ulong)PagesAtOnce * RemoteAddress.PageSize;
        for (ulong from = 0; from < vma.Length; from += length)
        {
            int pages = (int)(Math.Min(length, vma.Length - from) / RemoteAddress.PageSize);
            PlanBuilder plan = new();
            DataReference answer = plan.Room(pages);
            DataReference said = plan.Room(8);
            Slot result = plan.NewSlot();
            plan.Try(result, SystemCall.Mincore, vma.Start + from, (ulong)pages * RemoteAddress.PageSize, answer);
            plan.Do(OperationKind.Store64, null, said, result);
            plan.Do(OperationKind.Break, null);
            byte[] data = batch.Run(tree.Main, plan.Build());
            if (BitConverter.ToInt64(data, said.Offset) != 0)
            {
                return false;
            }

            Collect(data.AsSpan(answer.Offset, pages), vma.Offset + from, found);
        }

        return true;
    }

    /// <param name="pages">What mincore(2) says of each.</param>
    /// <param name="offset">Of the first, in the object.</param>
    /// <param name="found">Gets those that hold something.</param>
    internal static void Collect(ReadOnlySpan<byte> pages, ulong offset, List<DataRun> found)
    {
        int at = 0;
        while (at < pages.Length)
        {
            int skipped = pages[at..].IndexOfAnyExcept((byte)0);
            if (skipped < 0)
            {
                return;
            }

            at += skipped;
            int length = pages[at..].IndexOf((byte)0);
            length = length < 0 ? pages.Length - at : length;
            found.Add(new DataRun((long)offset + ((long)at * RemoteAddress.PageSize), (long)length * RemoteAddress.PageSize));
            at += length;
        }
    }
}
