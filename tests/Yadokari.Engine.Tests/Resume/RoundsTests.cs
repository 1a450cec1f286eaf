using Shouldly;
using Xunit;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Resume;
using Yadokari.Engine.Tests.Restore;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Spawn;

namespace Yadokari.Engine.Tests.Resume;

/// <summary>Memory copied in rounds, of a program that writes to it all the time and knows what must be in it.</summary>
public sealed class RoundsTests : IDisposable
{
    private const string Program = """
        import sys, threading, mmap, random, time
        pages = 8192
        data = mmap.mmap(-1, pages * 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        expected = [0] * pages
        lock = threading.Lock()
        def put(page, value):
            with lock:
                data[page * 4096 + 9] = value
                data[page * 4096 + 4000] = value ^ 0x55
                expected[page] = value
        for page in range(pages):
            put(page, page % 250 + 1)
        over = False
        def work():
            step = 0
            while not over:
                step += 1
                put(random.randrange(pages), random.randrange(256))
                if step % 20 == 0:
                    time.sleep(0.0005)
        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        print('ready', flush=True)
        for line in sys.stdin:
            with lock:
                wrong = sum(1 for page in range(pages) if data[page * 4096 + 9] != expected[page] or data[page * 4096 + 4000] != expected[page] ^ 0x55)
            print(wrong, flush=True)
        sys.exit(13)
        """;

    private readonly TalkingProgram _program = new(Program);

    public void Dispose() => _program.Dispose();

    [Fact]
    public void Pages_written_during_the_rounds_are_those_of_the_freeze()
    {
        using Talker before = new();
        int pid = _program.Start(before);
        string path = Path.Combine(_program.Folder, "rounds.ctx");
        CaptureReport report = Save(pid, path, kill: true);
        report.Rounds.Count.ShouldBeGreaterThan(1);
        report.WithoutRounds.ShouldBeNull();

        using Talker after = new();
        using HeldProcess held = _program.Prepare(path, after);
        held.Release();
        after.Ask("?").ShouldBe("0");
        after.Dispose();
        ChildProcess.Wait(held.ShellPid).ShouldBe(13 << 8);
    }

    [Fact]
    public void Nothing_of_the_rounds_stays_in_a_program_that_runs_on()
    {
        using Talker before = new();
        int pid = _program.Start(before);
        IReadOnlyList<int> descriptors = ProcFdInfo.Numbers(pid)!;
        for (int time = 0; time < 2; time++)
        {
            Save(pid, Path.Combine(_program.Folder, $"{time}.ctx"), kill: false).WithoutRounds.ShouldBeNull();
            (ProcFdInfo.Numbers(pid)!).ShouldBe(descriptors);
            IsWatchedNoMore(pid);
        }

        before.Ask("?").ShouldBe("0");
    }

    [Fact]
    public void A_sink_that_fails_in_a_round_leaves_the_program_as_it_was()
    {
        using Talker before = new();
        int pid = _program.Start(before);
        using (CheckpointSession session = CheckpointSession.Open(pid, TalkingProgram.Options))
        {
            Should.Throw<IOException>(() => session.CopyAhead(new FullSink()));
        }

        IsWatchedNoMore(pid);
        before.Ask("?").ShouldBe("0");
    }

    /// <summary>A child that this process is just starting, for another test, has all descriptors until its exec.</summary>
    private static void IsWatchedNoMore(int pid) =>
        SpinWait.SpinUntil(() => ProcMaps.ReadSmaps(pid)!.All(vma => (vma.Flags & VmaFlags.UserFault) == 0), TimeSpan.FromSeconds(10)).ShouldBeTrue();

    private static CaptureReport Save(int pid, string path, bool kill)
    {
        using CheckpointSession session = CheckpointSession.Open(pid, TalkingProgram.Options);
        using FileContextWriter file = FileContextWriter.Create(path);
        session.CopyAhead(file);
        session.Freeze();
        CaptureReport report = session.Capture(file);
        file.Commit();
        report.FileLength.ShouldBe(new FileInfo(path).Length);
        if (kill)
        {
            session.Kill();
        }

        return report;
    }

    private sealed class FullSink : IImageSink
    {
        private long _written;

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            _written += bytes.Length;
            if (_written > 16 << 20)
            {
                throw new IOException("no room");
            }
        }
    }
}
