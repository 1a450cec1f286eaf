using Shouldly;
using Xunit;
using Yadokari.Daemon.Groups;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Tests.Groups;

/// <summary>Where control groups are looked for and what is written into them, in directories that look like some.</summary>
public sealed class LimitGroupsTests : IDisposable
{
    private static readonly JobLimits Both = new(64 << 20, 1.5);

    private readonly string _top = Directory.CreateTempSubdirectory("yado-groups-").FullName;

    public void Dispose() => Directory.Delete(_top, recursive: true);

    [Fact]
    public void Each_controller_is_found_where_it_is_mounted_and_the_daemon_is()
    {
        Directory.CreateDirectory($"{_top}/memory/jobs/daemon");
        IReadOnlyList<ControlHierarchy> found = ControlHierarchy.Find(
            $"""
            22 1 0:20 / / rw - ext4 /dev/root rw
            36 25 0:30 / {_top}/memory rw,relatime shared:9 - cgroup cgroup rw,memory
            37 25 0:31 /container {_top}/cpu rw,relatime - cgroup cgroup rw,cpu,cpuacct
            38 25 0:32 / {_top}/unified rw,relatime - cgroup2 cgroup2 rw
            """,
            """
            4:memory:/jobs/daemon
            2:cpu,cpuacct:/container/gone
            1:name=systemd:/jobs
            0::/
            """,
            path => path == $"{_top}/unified/cgroup.controllers" ? "hugetlb pids\n" : null);

        found.Select(h => (h.Own, h.IsUnified, string.Join(' ', h.Controllers))).ShouldBe(
        [
            ($"{_top}/memory/jobs/daemon", false, "memory"),
            ($"{_top}/cpu", false, "cpu cpuacct"),
            ($"{_top}/unified", true, "hugetlb pids"),
        ]);
    }

    [Fact]
    public void Version_2_is_taken_where_it_has_the_controllers()
    {
        ControlHierarchy old = new(_top, Make("old"), IsUnified: false, ["memory", "cpu"]);
        ControlHierarchy unified = new(_top, Make("unified"), IsUnified: true, ["cpu", "memory"]);
        File.WriteAllText($"{_top}/unified/cgroup.subtree_control", "cpu\n");

        string group = new LimitGroups("label", [old, unified]).Make("job", 2, Both).ShouldHaveSingleItem();

        group.ShouldBe($"{_top}/unified/yado-label-job-2");
        File.ReadAllText(group + "/memory.max").ShouldBe("67108864");
        File.ReadAllText(group + "/cpu.max").ShouldBe("30000 20000");
        File.ReadAllText($"{_top}/unified/cgroup.subtree_control").ShouldBe("+memory");
    }

    [Fact]
    public void A_group_that_can_not_hand_on_its_controllers_is_passed_over_for_the_one_above()
    {
        ControlHierarchy unified = new(_top, Make("slice/daemon"), IsUnified: true, ["cpu", "memory"]);
        File.WriteAllText($"{_top}/slice/cgroup.subtree_control", "cpu memory\n");

        new LimitGroups("label", [unified]).Make("job", 1, Both).ShouldBe([$"{_top}/slice/yado-label-job-1"]);
    }

    [Fact]
    public void Of_version_1_there_is_one_for_each()
    {
        LimitGroups groups = new(
            "label", [new(_top, Make("memory"), IsUnified: false, ["memory"]), new(_top, Make("cpu"), IsUnified: false, ["cpu", "cpuacct"])]);

        groups.Make("job", 1, Both).ShouldBe([$"{_top}/memory/yado-label-job-1", $"{_top}/cpu/yado-label-job-1"]);
        File.ReadAllText($"{_top}/memory/yado-label-job-1/memory.limit_in_bytes").ShouldBe("67108864");
        File.ReadAllText($"{_top}/cpu/yado-label-job-1/cpu.cfs_quota_us").ShouldBe("30000");
        groups.Make("other", 1, new JobLimits(Cpus: 0.05)).ShouldBe([$"{_top}/cpu/yado-label-other-1"]);
        File.ReadAllText($"{_top}/cpu/yado-label-other-1/cpu.cfs_quota_us").ShouldBe("1000");
    }

    [Fact]
    public void Who_can_make_none_says_so_and_leaves_nothing()
    {
        Refusal(new LimitGroups("label", [new(_top, Make("cpu"), IsUnified: false, ["cpu"])])).ShouldContain("no control groups for memory");
        Directory.EnumerateFileSystemEntries($"{_top}/cpu").ShouldBeEmpty();
        Refusal(new LimitGroups("label", [new(_top, "/proc/self", IsUnified: false, ["cpu", "memory"])])).ShouldContain("no control group can be made in /proc/self");
        Refusal(new LimitGroups("label", [], "they share one")).ShouldContain("they share one");
        Refusal(null).ShouldContain("makes no control groups");
        LimitGroups.Make(null, "job", 1, null).ShouldBeEmpty();
    }

    private static string Refusal(LimitGroups? groups)
    {
        YadoException refusal = Should.Throw<YadoException>(() => LimitGroups.Make(groups, "job", 1, Both));
        refusal.ExitStatus.ShouldBe(5);
        LimitGroups.FindFault(groups, Both).ShouldNotBeNull().ShouldStartWith("a job can't have limits here: ");
        return refusal.Message;
    }

    private string Make(string name) => Directory.CreateDirectory(Path.Combine(_top, name)).FullName;
}
