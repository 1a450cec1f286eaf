using System.Text;
using Shouldly;
using Xunit;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Tests.Resources.Descriptors;

public class DescriptorScanTests
{
    internal const string Imports = "import os, sys, socket, select, fcntl, signal, struct, tempfile, ctypes\nos.closerange(3, 300)\n";

    [Fact]
    public void Two_numbers_of_one_description_share_an_image_and_the_offset()
    {
        using DescriptorCapture capture = Capture("""
            f = os.open('/etc/passwd', os.O_RDONLY); os.lseek(f, 5, 0)
            os.dup2(f, 40, inheritable=True)
            g = os.open('/etc/passwd', os.O_RDONLY); os.dup2(g, 41)
            d = os.open('/etc', os.O_RDONLY | os.O_DIRECTORY); n = os.open('/dev/null', os.O_RDWR)
            """);
        PathImage first = Find<PathImage>(capture, 40);
        first.Numbers.Count.ShouldBe(2);
        first.Numbers[0].CloseOnExec.ShouldBeTrue();
        first.Numbers[1].CloseOnExec.ShouldBeFalse();
        (first.Path, first.Offset, first.Kind).ShouldBe(("/etc/passwd", 5, "file"));
        Find<PathImage>(capture, 41).Offset.ShouldBe(0);
        capture.Table.Descriptions.OfType<PathImage>().Select(image => image.Kind).ShouldContain("directory");
        capture.Table.Descriptions.OfType<PathImage>().Select(image => image.Path).ShouldContain("/dev/null");
        capture.Obstacles.ShouldBeEmpty();
    }

    [Fact]
    public void Pipes_inside_keep_unread_bytes_and_streams_to_outside_are_inherited()
    {
        using DescriptorCapture capture = Capture("""
            r, w = os.pipe(); os.write(w, b'abc'); os.write(w, b'de')
            os.dup2(r, 50); os.dup2(w, 51)
            a, b = os.pipe(); os.write(b, b'last'); os.dup2(a, 52); os.close(a); os.close(b)
            """);
        PipeEndImage read = Find<PipeEndImage>(capture, 50);
        Find<PipeEndImage>(capture, 51).PipeId.ShouldBe(read.PipeId);
        Text(capture.Table.Pipes.Single(pipe => pipe.Id == read.PipeId).Unread).ShouldBe("abcde");
        PipeEndImage orphan = Find<PipeEndImage>(capture, 52);
        Text(capture.Table.Pipes.Single(pipe => pipe.Id == orphan.PipeId).Unread).ShouldBe("last");
        Find<InheritedStreamImage>(capture, 0).Stream.ShouldBe(0);
        Find<InheritedStreamImage>(capture, 1).Stream.ShouldBe(1);
        capture.Obstacles.ShouldBeEmpty();
    }

    [Fact]
    public void Kernel_objects_tell_their_state()
    {
        using DescriptorCapture capture = Capture("""
            libc = ctypes.CDLL(None)
            e = libc.eventfd(7, 1 | 0o4000); os.dup2(e, 50)
            p = select.epoll(); p.register(50, select.EPOLLIN | select.EPOLLET); os.dup2(p.fileno(), 51)
            t = libc.timerfd_create(1, 0); libc.timerfd_settime(t, 0, struct.pack('4q', 3, 0, 1000, 5), None); os.dup2(t, 52)
            mask = (ctypes.c_ulong * 16)(1 << 9); s = libc.signalfd(-1, mask, 0); os.dup2(s, 53)
            i = libc.inotify_init(); os.dup2(i, 54)
            """);
        EventFdImage counter = Find<EventFdImage>(capture, 50);
        (counter.Count, counter.Semaphore).ShouldBe((7ul, true));
        EpollTargetImage target = Find<EpollImage>(capture, 51).Targets.ShouldHaveSingleItem();
        (target.Number, target.Events).ShouldBe((50, 0x80000001 | 0x18));
        TimerFdImage timer = Find<TimerFdImage>(capture, 52);
        (timer.ClockId, timer.Interval, timer.SettimeFlags).ShouldBe((1, 3_000_000_000ul, 0u));
        timer.Value.ShouldBeInRange(900_000_000_000ul, 1_000_000_000_005ul);
        Find<SignalFdImage>(capture, 53).Mask.ShouldBe(1ul << 9);
        Find<InotifyImage>(capture, 54);
        capture.Obstacles.ShouldBeEmpty();
    }

    [Fact]
    public void Files_without_a_path_are_carried_once()
    {
        using DescriptorCapture capture = Capture("""
            m = os.memfd_create('store', os.MFD_ALLOW_SEALING); os.truncate(m, 1 << 20); os.pwrite(m, b'x' * 10, 8192)
            os.dup2(m, 50); o = os.open('/proc/self/fd/50', os.O_RDONLY); os.dup2(o, 51)
            d, name = tempfile.mkstemp(); os.write(d, b'gone'); os.unlink(name); os.dup2(d, 52)
            """);
        CarriedFileDescriptorImage first = Find<CarriedFileDescriptorImage>(capture, 50);
        Find<CarriedFileDescriptorImage>(capture, 51).FileId.ShouldBe(first.FileId);
        CarriedContent store = capture.Contents.Single(content => content.File.Id == first.FileId);
        (store.File.Name, store.File.Size, store.File.Kind, store.File.Seals).ShouldBe(("store", 1 << 20, CarriedFileKind.MemoryFile, 0));
        store.Runs.ShouldHaveSingleItem().Offset.ShouldBe(8192);
        CarriedContent gone = capture.Contents.Single(content => content.File.Kind == CarriedFileKind.Deleted);
        gone.File.Name.ShouldStartWith("/tmp/");
        byte[] bytes = new byte[10];
        RandomAccess.Read(gone.Handle, bytes, 0).ShouldBe(4);
        Encoding.ASCII.GetString(bytes, 0, 4).ShouldBe("gone");
        Find<CarriedFileDescriptorImage>(capture, 52).Offset.ShouldBe(4);
    }

    [Fact]
    public void Socket_pairs_keep_both_queues_and_listeners_their_options()
    {
        using DescriptorCapture capture = Capture("""
            a, b = socket.socketpair(); a.send(b'to b'); b.send(b'to '); b.send(b'a'); os.dup2(a.fileno(), 50); os.dup2(b.fileno(), 51)
            c, d = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); c.send(b''); c.send(b'two'); os.dup2(d.fileno(), 52)
            e, f = socket.socketpair(); e.send(b'last words'); e.close(); os.dup2(f.fileno(), 53)
            u = socket.socket(socket.AF_UNIX); u.bind('\0yadokari-' + str(os.getpid())); u.listen(9); os.dup2(u.fileno(), 54)
            t = socket.socket(); t.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); t.bind(('127.0.0.1', 0)); t.listen(33); os.dup2(t.fileno(), 55)
            v = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); v.bind(('::1', 0)); os.dup2(v.fileno(), 56)
            """);
        Text(Find<UnixPairImage>(capture, 50).Unread).ShouldBe("to a");
        Text(Find<UnixPairImage>(capture, 51).Unread).ShouldBe("to b");
        Find<UnixPairImage>(capture, 50).PeerId.ShouldBe(Find<UnixPairImage>(capture, 51).Id);
        Find<UnixPairImage>(capture, 52).Unread.Select(message => message.Length).ShouldBe([0, 3]);
        UnixPairImage closed = Find<UnixPairImage>(capture, 53);
        (Text(closed.Unread), closed.PeerId, closed.Shutdown).ShouldBe(("last words", 0ul, 3));
        Find<SocketImage>(capture, 54).Backlog.ShouldBe(9);
        SocketImage tcp = Find<SocketImage>(capture, 55);
        tcp.Backlog.ShouldBe(33);
        tcp.Options.ShouldContain(option => option.Level == 1 && option.Option == 2);
        tcp.Options.Count.ShouldBe(1);
        tcp.Detail.ShouldStartWith("tcp 127.0.0.1:");
        Find<SocketImage>(capture, 56).Backlog.ShouldBeNull();
        capture.Obstacles.ShouldBeEmpty();
    }

    [Fact]
    public void Every_obstacle_is_listed_at_once()
    {
        using PythonProgram program = PythonProgram.Start(Imports + """
            n = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
            libc = ctypes.CDLL(None); i = libc.inotify_init(); import tempfile; d = tempfile.mkdtemp()
            libc.inotify_add_watch(i, d.encode(), 0x100); os.mkdir(d + '/x'); os.rmdir(d + '/x'); os.rmdir(d)
            p = os.pidfd_open(os.getppid())
            os.dup2(os.dup(0), 60)
            """);
        IReadOnlyList<Obstacle> obstacles = DescriptorScan.FindObstacles(program.Pid, new CaptureOptions());
        string[] names = [.. obstacles.Select(obstacle => obstacle.Name)];
        names.ShouldBe(["netlink-socket", "inotify-watch", "pidfd"], ignoreOrder: true);
    }

    [SkippableFact]
    public void Root_is_told_where_that_lies_which_an_inotify_watches()
    {
        Skip.If(!Environment.IsPrivilegedProcess, "needs root");
        using PythonProgram program = PythonProgram.Start(Imports + "i = ctypes.CDLL(None).inotify_init(); ctypes.CDLL(None).inotify_add_watch(i, b'/usr/share/doc/base-files', 0x20)");

        DescriptorScan.FindObstacles(program.Pid, new CaptureOptions()).ShouldBeEmpty();
    }

    [Fact]
    public void A_search_does_not_go_through_the_directories_that_others_have_where_everybody_writes()
    {
        string open = Directory.CreateTempSubdirectory("yadokari-open-").FullName;
        try
        {
            File.SetUnixFileMode(open, (UnixFileMode)0x3ff);
            using PythonProgram neighbour = PythonProgram.Start(Imports + $"i = ctypes.CDLL(None).inotify_init(); os.mkdir('{open}/watched'); d = os.open('{open}/watched', os.O_RDONLY); ctypes.CDLL(None).inotify_add_watch(i, b'{open}/watched', 0x20)");
            using PythonProgram program = PythonProgram.Start(Imports + $"f = os.open('{open}/one', os.O_RDWR | os.O_CREAT); os.mkdir('{open}/own'); os.link('{open}/one', '{open}/own/other'); os.unlink('{open}/one')");

            IReadOnlyList<Obstacle> obstacles = DescriptorScan.FindObstacles(program.Pid, new CaptureOptions());

            DescriptorScan.FindObstacles(neighbour.Pid, new CaptureOptions()).ShouldBeEmpty("events wait in what the neighbour watches");
            obstacles.Select(obstacle => obstacle.Name).ShouldBe(["unreachable-file"]);
        }
        finally
        {
            Directory.Delete(open, recursive: true);
        }
    }

    [Fact]
    public void Locks_belong_to_their_description()
    {
        using DescriptorCapture capture = Capture("""
            d, name = tempfile.mkstemp(); fcntl.flock(d, fcntl.LOCK_EX); os.dup2(d, 50)
            e = os.open(name, os.O_RDWR); fcntl.lockf(e, fcntl.LOCK_EX, 10, 5); os.dup2(e, 51)
            import atexit; atexit.register(os.unlink, name)
            """);
        Find<PathImage>(capture, 50).Locks.ShouldBe([new FileLock(FileLockKind.Flock, true, Find<PathImage>(capture, 50).Locks[0].OwnerPid, 0, null)]);
        FileLock range = Find<PathImage>(capture, 51).Locks.ShouldHaveSingleItem();
        (range.Kind, range.Start, range.End).ShouldBe((FileLockKind.Posix, 5, 14));
    }

    [Fact]
    public void A_log_is_the_resumers_stream_by_whatever_number_it_is_written()
    {
        string log = Path.GetTempFileName();
        try
        {
            using PythonProgram program = PythonProgram.Start(Imports + $"d = os.open('{log}', os.O_WRONLY | os.O_APPEND); os.dup2(d, 50); os.dup2(d, 51); d = os.open('{log}', os.O_RDONLY); os.dup2(d, 52)");
            using (DescriptorCapture plain = DescriptorScan.Capture(program.Pid, new CaptureOptions()))
            {
                Find<PathImage>(plain, 50);
            }

            using DescriptorCapture inherited = DescriptorScan.Capture(program.Pid, new CaptureOptions { StreamFiles = [null, log, null] });
            InheritedStreamImage output = Find<InheritedStreamImage>(inherited, 50);
            (output.Stream, output.Exact).ShouldBe((1, true));
            output.Numbers.Select(n => n.Number).ShouldContain(51);
            Find<PathImage>(inherited, 52);
        }
        finally
        {
            File.Delete(log);
        }
    }

    [Fact]
    public void Streams_to_outside_are_obstacles_for_whoever_has_nothing_to_give_in_their_place()
    {
        using PythonProgram program = PythonProgram.Start(Imports + "m, s = os.openpty(); os.dup2(s, 2); os.close(s); os.dup2(m, 60, False); os.close(m); os.close(60)");

        IReadOnlyList<Obstacle> obstacles = DescriptorScan.FindObstacles(program.Pid, new CaptureOptions { RefuseOutsideStreams = true });

        obstacles.Select(o => o.Name).ShouldContain("terminal-stream");
        obstacles.Select(o => o.Name).ShouldContain("stream-to-outside");
    }

    [Fact]
    public void A_callers_streams_are_found_by_whatever_number_they_have()
    {
        // Its caller is a process that has the same streams: the program itself.
        using PythonProgram program = PythonProgram.Start(Imports + "os.dup2(1, 2); os.dup2(1, 50)");

        using DescriptorCapture capture = DescriptorScan.Capture(program.Pid, new CaptureOptions { StreamsOf = program.Pid, RefuseOutsideStreams = true });

        capture.Obstacles.ShouldBeEmpty();
        InheritedStreamImage output = Find<InheritedStreamImage>(capture, 50);
        (output.Stream, output.Exact).ShouldBe((1, true));
        output.Numbers.Select(n => n.Number).ShouldBe([1, 2, 50]);
        Find<InheritedStreamImage>(capture, 0).Stream.ShouldBe(0);
    }

    [Fact]
    public void The_time_grows_with_the_number_of_descriptors_not_with_its_square()
    {
        const int few = 250, many = 4000;
        TimeSpan one = Fastest(few);
        TimeSpan other = Fastest(many);

        // 16 times as many; by comparing each with each it were 256 times as long.
        other.ShouldBeLessThan(one * 100, $"{few}: {one}, {many}: {other}");

        static TimeSpan Fastest(int count)
        {
            using PythonProgram program = PythonProgram.Start(Imports + $"""
                import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({many} + 500, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
                libc = ctypes.CDLL(None); all = [libc.timerfd_create(1, 0) for _ in range({count} // 2)] + [libc.eventfd(i, 0) for i in range({count} // 2)]
                """);
            TimeSpan best = TimeSpan.MaxValue;
            for (int round = 0; round < 6; round++)
            {
                long start = System.Diagnostics.Stopwatch.GetTimestamp();
                using DescriptorCapture capture = DescriptorScan.Capture(program.Pid, new CaptureOptions());
                TimeSpan taken = System.Diagnostics.Stopwatch.GetElapsedTime(start);
                best = taken < best ? taken : best;
                capture.Table.Descriptions.Count.ShouldBe(count + 3);
            }

            return best;
        }
    }

    /// <summary>Else whoever reads from a pipe of it waits for an end that does not come.</summary>
    [Fact]
    public void A_look_that_fails_holds_nothing_of_the_process()
    {
        using PythonProgram program = PythonProgram.Start(Imports + "r, w = os.pipe(); os.dup2(r, 50); os.dup2(w, 51)");
        string pipe = ProcFdInfo.Link(program.Pid, 50)!;

        Should.Throw<Linux.SystemCallException>(() => DescriptorScan.LookAtTree(program.Pid, [], new CaptureOptions { StreamsOf = -1 }));

        ProcFdInfo.Numbers(Environment.ProcessId)!.Select(own => ProcFdInfo.Link(Environment.ProcessId, own)).ShouldNotContain(pipe);
    }

    private static DescriptorCapture Capture(string setup)
    {
        using PythonProgram program = PythonProgram.Start(Imports + setup);
        DescriptorScan.FindObstacles(program.Pid, new CaptureOptions()).ShouldBeEmpty();
        return DescriptorScan.Capture(program.Pid, new CaptureOptions());
    }

    private static T Find<T>(DescriptorCapture capture, int number)
        where T : DescriptorImage =>
        capture.Table.Descriptions.Single(image => image.Numbers.Any(each => each.Number == number)).ShouldBeOfType<T>();

    private static string Text(IReadOnlyList<byte[]> pieces) => string.Concat(pieces.Select(Encoding.ASCII.GetString));
}
