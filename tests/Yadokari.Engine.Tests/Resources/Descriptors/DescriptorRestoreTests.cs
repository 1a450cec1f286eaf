using System.Text.Json;
using Shouldly;
using Xunit;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Tests.Resources.Descriptors;

/// <summary>Capture ∘ resume = identity: what one program had, another has after the plan ran in it.</summary>
public class DescriptorRestoreTests
{
    private const int FirstFree = 400;
    private static readonly RemoteAddress Base = new(0x10_0000_0000);

    [Theory]
    [InlineData("""
        f = os.open('/etc/passwd', os.O_RDONLY); os.lseek(f, 5, 0); os.dup2(f, 40, inheritable=True)
        d = os.open('/etc', os.O_RDONLY | os.O_DIRECTORY); n = os.open('/dev/null', os.O_RDWR); p = os.open('/etc/passwd', os.O_PATH)
        """)]
    [InlineData("""
        d, name = tempfile.mkstemp(); os.write(d, b'0123456789'); a = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK)
        fcntl.flock(d, fcntl.LOCK_EX); fcntl.lockf(a, fcntl.LOCK_EX, 3, 4)
        """)]
    [InlineData("""
        r, w = os.pipe(); os.write(w, b'abc'); os.write(w, b'de'); os.set_blocking(r, False)
        a, b = os.pipe(); os.write(b, b'last'); os.close(b)
        c, d = os.pipe(); os.close(c)
        e, f = os.pipe2(os.O_DIRECT); os.write(f, b'one'); os.write(f, b'two'); fcntl.fcntl(e, 1031, 1 << 20)
        g, h = os.pipe(); os.write(h, b'x' * 65536); i = os.open('/proc/self/fd/%d' % g, os.O_RDWR | os.O_NONBLOCK)
        """)]
    [InlineData("""
        libc = ctypes.CDLL(None)
        e = libc.eventfd(7, 1 | 0o4000); big = libc.eventfd(0, 0); os.write(big, struct.pack('q', 1 << 40))
        p = select.epoll(); p.register(e, select.EPOLLIN | select.EPOLLET); p.register(0, select.EPOLLIN); q = select.epoll(); q.register(p, 1)
        t = libc.timerfd_create(1, 0o4000); libc.timerfd_settime(t, 0, struct.pack('4q', 3, 0, 1000, 5), None)
        x = libc.timerfd_create(0, 0); libc.timerfd_settime(x, 1, struct.pack('4q', 0, 0, 1 << 33, 0), None)
        y = libc.timerfd_create(1, 0); libc.timerfd_settime(y, 0, struct.pack('4q', 0, 0, 0, 1), None); select.select([y], [], [])
        mask = (ctypes.c_ulong * 16)(1 << 9); s = libc.signalfd(-1, mask, 0); i = libc.inotify_init()
        fcntl.fcntl(0, 10, 0); fcntl.fcntl(e, 8, os.getpid()) if False else None
        """)]
    [InlineData("""
        m = os.memfd_create('store', os.MFD_ALLOW_SEALING); os.truncate(m, 1 << 20); os.pwrite(m, b'x' * 10, 8192); os.lseek(m, 9, 0)
        o = os.open('/proc/self/fd/%d' % m, os.O_RDONLY); fcntl.fcntl(m, 1033, 2 | 4 | 8); os.fchmod(m, 0o400)
        d, name = tempfile.mkstemp(); os.write(d, b'gone'); os.unlink(name); a = os.open('/proc/self/fd/%d' % d, os.O_RDWR | os.O_APPEND)
        """)]
    [InlineData("""
        a, b = socket.socketpair(); a.send(b'to b'); b.send(b'to '); b.send(b'a'); a.shutdown(socket.SHUT_WR); a.setblocking(False)
        c, d = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); c.send(b''); c.send(b'two'); c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 50000)
        e, f = socket.socketpair(); e.send(b'last words'); e.close(); g, h = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET); g.send(b'q')
        """)]
    [InlineData("""
        u = socket.socket(socket.AF_UNIX); u.bind('\0yadokari-' + str(os.getpid())); u.listen(9)
        os.chdir(tempfile.mkdtemp()); k = socket.socket(socket.AF_UNIX); k.bind(os.getcwd() + '/sock'); os.chmod('sock', 0o640); k.listen(3)
        n = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); n.bind(os.getcwd() + '/gone'); os.unlink('gone')
        t = socket.socket(); t.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); t.bind(('127.0.0.1', 0)); t.listen(33); t.setblocking(False)
        l = socket.socket(); l.bind(('127.0.0.1', 0)); l.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1); l.setsockopt(1, 13, struct.pack('2i', 1, 9)); l.listen()
        v = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); v.bind(('::1', 0)); w = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); w.connect(('127.0.0.1', 9))
        x = socket.socket()
        """)]
    public void What_the_plan_builds_is_what_was_captured(string setup)
    {
        string folder = Directory.CreateTempSubdirectory("yadokari-restore-").FullName;
        try
        {
            string before;
            string region = Path.Combine(folder, "region");
            int operations;
            int span;
            using (PythonProgram program = PythonProgram.Start(DescriptorScanTests.Imports + $"tempfile.tempdir = '{folder}'\n" + setup))
            {
                using DescriptorCapture capture = DescriptorScan.Capture(program.Pid, new CaptureOptions());
                capture.Obstacles.ShouldBeEmpty();
                DescriptorTableImage table = JsonSerializer.Deserialize<DescriptorTableImage>(JsonSerializer.Serialize(capture.Table))!;
                before = Normalized(table);
                RestorePlan plan = Compile(table, capture.Contents);
                operations = plan.Operations.Count;
                span = plan.Span;
                File.WriteAllBytes(region, plan.Encode(Base));
            }

            string runner = Path.Combine(AppContext.BaseDirectory, "Resources", "Descriptors", "PlanRunner.py");
            using PythonProgram resumed = PythonProgram.Run(runner, region, $"{Base.Value}", $"{operations}", $"{FirstFree}",
                $"{span}", $"{RegionLayout.OperationsOffset}", $"{RegionLayout.OperationLength}");
            using DescriptorCapture after = DescriptorScan.Capture(resumed.Pid, new CaptureOptions());
            after.Obstacles.ShouldBeEmpty();
            Normalized(after.Table).ShouldBe(before);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static RestorePlan Compile(DescriptorTableImage table, IReadOnlyList<CarriedContent> contents)
    {
        PlanBuilder plan = new();
        Slot[] streams = [plan.NewSlot(), plan.NewSlot(), plan.NewSlot()];
        for (int stream = 0; stream < 3; stream++)
        {
            plan.Set(streams[stream], FirstFree - 4 + stream);
        }

        Dictionary<int, Slot> files = [];
        foreach (CarriedContent content in contents)
        {
            files.Add(content.File.Id, MakeFile(plan, content));
        }

        DescriptorRestore restore = new(plan, table, new DescriptorRestorePlace
        {
            FirstFreeNumber = FirstFree,
            Streams = streams,
            File = file => files[file.Id],
        });
        restore.Open();
        restore.Finish();
        restore.Lock();
        foreach (Slot stream in streams)
        {
            plan.Call(null, SystemCall.Close, stream);
        }

        return plan.Build();
    }

    /// <summary>A carried file, as the restore of memory makes it.</summary>
    private static Slot MakeFile(PlanBuilder plan, CarriedContent content)
    {
        const int allowSealing = 2, temporaryFile = 0x410002, duplicate = 1030;
        Slot low = content.File.Kind == CarriedFileKind.MemoryFile
            ? plan.CallResult("memfd_create", SystemCall.Memfd_create, plan.Text(content.File.Name), allowSealing)
            : plan.CallResult("open", SystemCall.Open, plan.Text("/tmp"), temporaryFile, 0x180);
        Slot file = plan.CallResult("dup", SystemCall.Fcntl, low, duplicate, FirstFree);
        plan.Call(null, SystemCall.Close, low);
        plan.Call("ftruncate", SystemCall.Ftruncate, file, content.File.Size);
        foreach (Linux.Descriptors.DataRun run in content.Runs)
        {
            byte[] bytes = new byte[run.Length];
            RandomAccess.Read(content.Handle, bytes, run.Offset).ShouldBe(bytes.Length);
            plan.Call("pwrite", SystemCall.Pwrite64, file, plan.Bytes(bytes), bytes.Length, run.Offset);
        }

        return file;
    }

    /// <summary>The table as text, with what may differ made equal: identities of the host, the time that passed.</summary>
    private static string Normalized(DescriptorTableImage table)
    {
        const int noFollow = 0x20000, temporary = 0x400000;
        Dictionary<ulong, ulong> names = new() { [0] = 0 };
        foreach (DescriptorImage image in table.Descriptions)
        {
            ulong id = image switch { PipeEndImage end => end.PipeId, UnixPairImage pair => pair.Id, SocketImage socket => socket.Id, _ => 0 };
            names.TryAdd(id, (ulong)image.Numbers[0].Number + 1);
        }

        return JsonSerializer.Serialize(new DescriptorTableImage
        {
            Descriptions = [.. table.Descriptions.Select(image => image switch
            {
                PipeEndImage end => end with { PipeId = names[end.PipeId] },
                SocketImage socket => socket with { Id = names[socket.Id], PeerId = names[socket.PeerId], File = socket.File is { } file ? file with { Inode = 0 } : null },
                UnixPairImage pair => pair with { Id = names[pair.Id], PeerId = names[pair.PeerId] },
                InheritedStreamImage stream => stream with { Was = "" },
                TimerFdImage timer => timer with { Value = (timer.Value + 60_000_000_000) / 120_000_000_000 },
                CarriedFileDescriptorImage file => file with { Flags = file.Flags & ~(noFollow | temporary), Name = "" },
                PathImage path => path with { Locks = [.. path.Locks.Select(held => held with { OwnerPid = 0 })] },
                _ => image,
            })],
            Pipes = [.. table.Pipes.Select(pipe => pipe with { Id = names[pipe.Id], Unread = Joined(pipe.Unread) }).OrderBy(pipe => pipe.Id)],
            Files = [.. table.Files.Select(file => file with { Device = 0, Inode = 0, Name = file.Kind == CarriedFileKind.MemoryFile ? file.Name : "" })],
        }, new JsonSerializerOptions { WriteIndented = true });
    }

    private static IReadOnlyList<byte[]> Joined(IReadOnlyList<byte[]> pieces) =>
        pieces.Count > 1 && pieces[0].Length == 3 && pieces[1].Length == 3 ? pieces : [[.. pieces.SelectMany(piece => piece)]];
}
