using Shouldly;
using Yadokari.Linux.Proc;

namespace Yadokari.Linux.Tests.Proc;

public class ProcMapsTests
{
    [Fact]
    public void Smaps_of_this_kernel_are_read_with_flags_and_names()
    {
        IReadOnlyList<Vma> areas = ProcMaps.Parse("""
            55b6fa18e000-55b6fa190000 r--p 00001000 fe:0f 247629                     /usr/bin/he\012ad (deleted)
            Size:                  8 kB
            THPeligible:           0
            VmFlags: rd mr mw me 
            7ffd1a000000-7ffd1a021000 rw-s 00000000 00:00 0                          [stack]
            Size:                 24 kB
            ProtectionKey:         0
            VmFlags: rd wr mr mw me gd ac um 
            ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
            7ffd2a000000-7ffd2a021000 rw-p 00000000 00:00 0 

            """u8);

        areas.Count.ShouldBe(4);
        areas[0].ShouldBe(new Vma(new(0x55b6fa18e000), new(0x55b6fa190000), VmaProtection.Read, false, 0x1000, 0xfe, 0xf, 247629,
            "/usr/bin/he\nad (deleted)", VmaFlags.MayWrite));
        areas[1].Shared.ShouldBeTrue();
        areas[1].Protection.ShouldBe(VmaProtection.Read | VmaProtection.Write);
        areas[1].Flags.ShouldBe(VmaFlags.MayWrite | VmaFlags.GrowsDown | VmaFlags.Accounted | VmaFlags.UserFault);
        areas[2].End.Value.ShouldBe(0xffffffffff601000ul);
        areas[2].Protection.ShouldBe(VmaProtection.Execute);
        areas[3].Name.ShouldBe("");
    }

    [Fact]
    public void The_first_System_V_segment_of_a_machine_is_a_file_though_its_inode_is_0_and_memory_without_a_file_is_none()
    {
        IReadOnlyList<Vma> areas = ProcMaps.Parse("""
            7f0000000000-7f0000001000 rw-s 00000000 00:01 0                          /SYSV00000000 (deleted)
            7f0000002000-7f0000003000 rw-p 00000000 00:00 0                          [anon:/not a file]
            7f0000004000-7f0000005000 rw-p 00000000 00:00 0 

            """u8);

        areas.Select(area => area.IsFile).ShouldBe([true, false, false]);
        areas[0].Removed.ShouldBeTrue();
    }

    [Fact]
    public void What_is_told_beside_the_flags_is_read_and_a_flag_that_nobody_knows_is_kept_by_name()
    {
        Vma area = ProcMaps.Parse("""
            7f0000000000-7f0000001000 rw-s 00000000 00:01 77                         /dev/zero (deleted)
            Swap:                 12 kB
            SwapPss:              12 kB
            ProtectionKey:         3
            VmFlags: rd wr zz sh ?? dp 
            """u8).ShouldHaveSingleItem();
        area.SwappedBytes.ShouldBe(12288ul);
        area.ProtectionKey.ShouldBe(3);
        area.UnknownFlags.ShouldBe("zz ??");
        area.Flags.ShouldBe(VmaFlags.Droppable);
    }

    [Fact]
    public void This_kernel_tells_no_flag_that_is_not_known()
    {
        foreach (int pid in Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out int pid) ? pid : 0).Where(pid => pid > 0))
        {
            IReadOnlyList<Vma>? areas;
            try
            {
                areas = ProcMaps.ReadSmaps(pid);
            }
            catch (SystemCallException e) when (e.Number is Errno.EACCES or Errno.EPERM)
            {
                continue;
            }

            (areas ?? []).Where(area => area.UnknownFlags.Length > 0).ShouldBeEmpty();
        }
    }

    [Fact]
    public void A_line_that_is_no_mapping_is_refused() =>
        Should.Throw<FormatException>(() => ProcMaps.Parse("7f00 rw-p"u8));

    [Fact]
    public void Own_maps_and_smaps_agree_about_the_stack()
    {
        IReadOnlyList<Vma> smaps = ProcMaps.ReadSmaps(Environment.ProcessId).ShouldNotBeNull();
        IReadOnlyList<Vma> maps = ProcMaps.ReadMaps(Environment.ProcessId).ShouldNotBeNull();
        Vma stack = smaps.Single(area => area.Name == "[stack]");
        stack.Flags.ShouldSatisfyAllConditions(flags => flags.HasFlag(VmaFlags.GrowsDown), flags => flags.HasFlag(VmaFlags.MayWrite));
        maps.ShouldContain(area => area.Name == "[stack]" && area.End == stack.End);
    }

    [Fact]
    public void A_process_that_is_gone_is_null() => ProcMaps.ReadMaps(int.MaxValue).ShouldBeNull();
}
