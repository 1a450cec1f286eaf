using Shouldly;
using Yadokari.Linux.Proc;

namespace Yadokari.Linux.Tests.Proc;

public class ProcTextTests
{
    [Theory]
    [InlineData('R', 0x400100, 1, false)]
    [InlineData('R', 0x400104, 1, true)] // PF_EXITING
    [InlineData('R', 0x400104, 2, false)] // only its main thread
    [InlineData('Z', 0x400104, 1, true)]
    public void A_process_that_is_about_to_end_is_known_by_the_kernels_flags(char state, uint flags, int threads, bool ending)
    {
        ProcStat stat = new(2, "a", state, 1, 2, 2, 0, -1, flags, 0, threads, 1, 17, 0, 0, 0, 0, 0, 0);
        stat.IsEnding.ShouldBe(ending);
    }

    [Fact]
    public void Stat_survives_a_name_with_a_closing_parenthesis()
    {
        ProcStat stat = ProcStat.Parse("3935 (a) b) (c) R 3922 3921 2379 34816 -1 4194304 96 0 0 0 7 8 4 5 25 5 3 0 124980 3133440 359 18446744073709551615 94018382995456 94018383015337 140733527861408 0 0 0 0 0 0 0 0 0 17 1 50 2 0 0 0 94018383031344 94018383032960 94019426099200 140733527865825 140733527865845 140733527865845 140733527867371 0"u8);
        stat.ShouldBe(new ProcStat(3935, "a) b) (c", 'R', 3922, 3921, 2379, 34816, -1, 4194304, 5, 3, 124980, 17, 1, 50, 2, 7, 8, 9));
    }

    [Fact]
    public void Status_of_this_kernel_is_read()
    {
        ProcStatus status = ProcStatus.Parse("""
            Name:	a\nb\\n
            Umask:	0027
            State:	S (sleeping)
            Tgid:	3934
            Pid:	3935
            PPid:	3922
            TracerPid:	17
            Uid:	1	2	3	4294967294
            Gid:	5	6	7	8
            Groups:	27 1000 
            NSpid:	3934	12
            Kthread:	0
            VmRSS:	    1616 kB
            Threads:	2
            SigQ:	3/96365
            SigPnd:	0000000000000001
            ShdPnd:	0000000000000002
            SigBlk:	8000000000000000
            SigIgn:	0000000000001000
            SigCgt:	0000000180000000
            CapInh:	0000000000000000
            CapPrm:	000001fffeffffff
            CapEff:	000001fffeffffff
            CapBnd:	000001fffeffffff
            CapAmb:	0000000000000000
            NoNewPrivs:	1
            Seccomp:	2

            """u8);
        status.Name.ShouldBe("a\nb\\n");
        status.Umask.ShouldBe(0b010_111);
        (status.Tgid, status.Pid, status.PPid, status.TracerPid, status.Threads).ShouldBe((3934, 3935, 3922, 17, 2));
        status.Uids.ShouldBe([1u, 2, 3, 4294967294]);
        status.Groups.ShouldBe([27u, 1000]);
        status.NsPid.ShouldBe([3934, 12]);
        status.ResidentBytes.ShouldBe(1616 * 1024);
        (status.SignalsQueued, status.SignalQueueLimit).ShouldBe((3, 96365));
        (status.ThreadPending, status.SharedPending, status.Blocked).ShouldBe((1ul, 2ul, 1ul << 63));
        status.CapEffective.ShouldBe(0x1fffeffffffUL);
        status.NoNewPrivileges.ShouldBeTrue();
        status.Seccomp.ShouldBe(2);
    }

    [Fact]
    public void Limits_keep_their_numbers_and_infinity()
    {
        IReadOnlyList<ResourceLimit> limits = ProcLimits.Parse("""
            Limit                     Soft Limit           Hard Limit           Units     
            Max cpu time              unlimited            unlimited            seconds   
            Max file size             4096                 unlimited            bytes     
            Max data size             18446744073709551614 unlimited            bytes     

            """u8);
        limits.ShouldBe([
            new(0, ResourceLimit.Unlimited, ResourceLimit.Unlimited),
            new(1, 4096, ResourceLimit.Unlimited),
            new(2, ulong.MaxValue - 1, ResourceLimit.Unlimited)]);
        ProcLimits.Read(Environment.ProcessId)!.Count.ShouldBe(16);
    }

    [Fact]
    public void Posix_timers_are_read() => ProcTimers.Parse("""
            ID: 0
            signal: 60/00007fff86d1b0e0
            notify: signal/tid.2634
            ClockID: 0
            ID: 7
            signal: 14/0000000000000000
            notify: none/pid.12
            ClockID: -6

            """u8).ShouldBe([
        new PosixTimer(0, 60, 0x7fff86d1b0e0, 0, true, 2634, 0),
        new PosixTimer(7, 14, 0, 1, false, 12, -6)]);

    [Fact]
    public void Descriptor_facts_of_each_kind_are_read()
    {
        ProcFdInfo.Parse("pos:\t12\nflags:\t02100002\nmnt_id:\t24\nino:\t3\neventfd-count:               1f\neventfd-id: 3\neventfd-semaphore: 1\n"u8)
            .ShouldSatisfyAllConditions(
                info => info.EventFd.ShouldBe(new EventFdInfo(0x1f, 3, true)),
                info => info.Position.ShouldBe(12),
                info => info.CloseOnExec.ShouldBeTrue());
        ProcFdInfo.Parse("flags:\t02\ntfd:       10 events: 8000001d data: ffffffff0000000a  pos:0 ino:3a11 sdev:c\n"u8)
            .EpollTargets.ShouldBe([new EpollTarget(10, 0x8000001d, 0xffffffff0000000a, 0x3a11, 0xc)]);
        ProcFdInfo.Parse("flags:\t02\nsigmask:\t0000000000000200\n"u8).SignalMask.ShouldBe(0x200ul);
        ProcFdInfo.Parse("clockid: 1\nticks: 2\nsettime flags: 01\nit_value: (3, 4)\nit_interval: (0, 5)\n"u8)
            .TimerFd.ShouldBe(new TimerFdInfo(1, 2, 1, 3_000_000_004, 5));
        ProcFdInfo.Parse("inotify wd:a ino:3d0a1 sdev:fe00000 mask:8 ignored_mask:0 fhandle-bytes:8 fhandle-type:1 f_handle:a1d00300b8e9\n"u8)
            .InotifyWatches.ShouldBe([new InotifyWatch(10, 0x3d0a1, 0xfe00000, 8, "a1d00300b8e9", 1)]);
        ProcFdInfo.Parse("lock:\t1: POSIX  ADVISORY  WRITE 4711 fe:00:3980 5 EOF\nlock:\t2: FLOCK  ADVISORY  READ  -1 fe:00:3980 0 9\n"u8)
            .Locks.ShouldBe([
                new FileLock(FileLockKind.Posix, true, 4711, 5, null),
                new FileLock(FileLockKind.Flock, false, -1, 0, 9)]);
        ProcFdInfo.Parse("Pid:\t4711\nNSpid:\t4711\n"u8).PidFdPid.ShouldBe(4711);
    }

    [Fact]
    public void Facts_about_the_own_process_agree_with_the_runtime()
    {
        int self = Environment.ProcessId;
        ProcStatus.Read(self)!.Tgid.ShouldBe(self);
        ProcStat.Read(self)!.Pid.ShouldBe(self);
        ProcTasks.Threads(self)![0].ShouldBe(self);
        ProcMisc.CommandLine(self)!.Count.ShouldBe(File.ReadAllText("/proc/self/cmdline").Count(c => c == '\0'));
        ProcMisc.Executable(self).ShouldBe(Environment.ProcessPath);
        ProcMisc.WorkingDirectory(self).ShouldBe(Environment.CurrentDirectory);
        ProcMisc.NamespaceInode(self, "pid_for_children").ShouldBe(ProcMisc.NamespaceInode(self, "pid"));
        ProcMisc.AuxiliaryVector(self)!.Length.ShouldBeGreaterThan(100);
        ProcMisc.BootId().Length.ShouldBe(36);
        ProcMisc.Uptime().ShouldBeGreaterThan(TimeSpan.Zero);
        ProcFdInfo.Numbers(self)!.ShouldContain(0);
        ProcStatus.Read(int.MaxValue).ShouldBeNull();
    }
}
