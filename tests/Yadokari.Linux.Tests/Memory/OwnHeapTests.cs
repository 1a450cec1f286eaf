using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;

namespace Yadokari.Linux.Tests.Memory;

public sealed class OwnHeapTests
{
    [Fact]
    public void Objects_are_made_where_huge_pages_were_asked_for_and_live_on_through_collections()
    {
        OwnHeap.UseHugePages();
        List<byte[]> kept = [];
        for (int i = 0; i < 100_000; i++)
        {
            byte[] one = new byte[i % 500];
            Array.Fill(one, (byte)i);
            if (i % 3 == 0)
            {
                kept.Add(one);
            }

            if (i % 20_000 == 0)
            {
                GC.Collect();
            }
        }

        for (int i = 0; i < kept.Count; i++)
        {
            kept[i].Length.ShouldBe(i * 3 % 500);
            kept[i].AsSpan().IndexOfAnyExcept((byte)(i * 3)).ShouldBe(-1);
        }
    }

    [Fact]
    public void The_memory_of_new_objects_is_marked()
    {
        OwnHeap.UseHugePages();
        ulong address = AddressOf(new object());
        Vma area = ProcMaps.ReadSmaps(Environment.ProcessId)!.Single(vma => vma.Start.Value <= address && address < vma.End.Value);
        area.Flags.HasFlag(VmaFlags.HugePage).ShouldBeTrue();
    }

    private static ulong AddressOf(object one) => Unsafe.As<object, ulong>(ref one);
}
