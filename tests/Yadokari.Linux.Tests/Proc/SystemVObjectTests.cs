using Shouldly;
using Xunit;
using Yadokari.Linux.Proc;

namespace Yadokari.Linux.Tests.Proc;

public sealed class SystemVObjectTests
{
    [Fact]
    public void A_segment_is_read_with_its_mappings_and_marks()
    {
        const string text = """
                   key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap
            -1476395008         44  3604               4194304   711   712      3  1000   100     0     5 1700000001          0 1700000000                  4096                     0

            """;
        SystemVObject segment = SystemVObject.Parse(SystemVKind.Memory, text).ShouldHaveSingleItem();
        (segment.Key, segment.Id, segment.Size, segment.Count).ShouldBe((-1476395008, 44, 4194304, 3));
        segment.Mode.ShouldBe(0x184u | SystemVObject.Removed | SystemVObject.Locked);
        segment.Pids.ShouldBe([711, 712]);
        (segment.Uid, segment.Gid, segment.CreatorUid, segment.CreatorGid, segment.Changed).ShouldBe((1000u, 100u, 0u, 5u, 1700000000L));
    }

    [Fact]
    public void A_set_and_a_queue_are_read()
    {
        SystemVObject set = SystemVObject.Parse(SystemVKind.Semaphores, "head\n 7 8 620 5 1 2 3 4 0 1700000000\n").ShouldHaveSingleItem();
        (set.Key, set.Id, set.Size, set.CreatorUid, set.Changed).ShouldBe((7, 8, 5L, 3u, 1700000000L));
        SystemVObject queue = SystemVObject.Parse(SystemVKind.Messages, "head\n 7 8 640 5101 4 21 22 1 2 3 4 0 0 1700000000\n").ShouldHaveSingleItem();
        (queue.Size, queue.Count, queue.Uid, queue.Changed).ShouldBe((5101L, 4L, 1u, 1700000000L));
        queue.Pids.ShouldBe([21, 22]);
    }
}
