using Shouldly;
using Xunit;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Context;
using Yadokari.Engine.Resume;
using Yadokari.Engine.Tests.Restore;
using Yadokari.Linux.Spawn;

namespace Yadokari.Engine.Tests.Resume;

/// <summary>Context files that are written in turn over the one before the last, of a program that makes, moves and drops memory all the time
/// and knows what must be in it.</summary>
public sealed class OverEarlierTests : IDisposable
{
    private const string Program = """
        import sys, threading, mmap, random, time
        page, lock, regions, still, over = 4096, threading.Lock(), [], False, False
        class Region:
            def __init__(self, pages):
                self.data = mmap.mmap(-1, pages * page, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
                self.expected = [0] * pages
                for at in range(pages):
                    self.put(at, random.randrange(256))
            def put(self, at, value):
                self.data[at * page + 9] = value
                self.data[at * page + 4000] = value
                self.expected[at] = value
            def grow_or_shrink(self, pages):
                try:
                    self.data.resize(pages * page)
                except (SystemError, OSError, ValueError):
                    return
                self.expected = (self.expected + [0] * pages)[:pages]
            def forget(self, first, count):
                self.data.madvise(mmap.MADV_DONTNEED, first * page, count * page)
                self.expected[first:first + count] = [0] * count
            def wrong(self):
                return sum(1 for at, value in enumerate(self.expected) if self.data[at * page + 9] != value or self.data[at * page + 4000] != value)
        large = Region(6000)
        regions.append(large)
        def step():
            act = random.random()
            some = random.choice(regions)
            if act < 0.05 and len(regions) < 40:
                regions.append(Region(random.randrange(1, 400)))
            elif act < 0.09 and some is not large:
                regions.remove(some)
                some.data.close()
            elif act < 0.12 and some is not large:
                some.grow_or_shrink(random.randrange(1, 600))
            elif act < 0.16:
                first = random.randrange(len(some.expected))
                some.forget(first, random.randrange(1, 1 + min(64, len(some.expected) - first)))
            else:
                some.put(random.randrange(len(some.expected)), random.randrange(256))
        def work():
            while not over:
                with lock:
                    if not still:
                        step()
                time.sleep(0.0005)
        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        print('ready', flush=True)
        for line in sys.stdin:
            with lock:
                if line.strip() == 'still':
                    still = True
                    print('still', flush=True)
                    continue
                print(sum(region.wrong() for region in regions), flush=True)
        sys.exit(13)
        """;

    private readonly TalkingProgram _program = new(Program);
    private int _files;

    public void Dispose() => _program.Dispose();

    [Fact]
    public void Each_file_is_whole_and_resumes_by_itself_whatever_became_of_the_memory_between_them()
    {
        using Talker before = new();
        int pid = _program.Start(before);
        List<string> files = [Save(pid, null).Path, Save(pid, null).Path];
        int over = 0;
        for (int time = 0; time < 12; time++)
        {
            before.Ask("?").ShouldBe("0");
            (string path, long written, long length, bool isOver) = Save(pid, files[0]);
            over += isOver ? 1 : 0;
            written.ShouldBeLessThanOrEqualTo(2 * length);
            Resumes(path);
            files = [files[1], path];
        }

        over.ShouldBeGreaterThan(5, "else nothing of this was tried");
        Resumes(files[0]);
        before.Ask("?").ShouldBe("0");
    }

    [Fact]
    public void What_did_not_change_is_not_written()
    {
        using Talker before = new();
        int pid = _program.Start(before);
        before.Ask("still").ShouldBe("still");
        List<string> files = [Save(pid, null).Path, Save(pid, null).Path];
        for (int time = 0; time < 3; time++)
        {
            (string path, long written, long length, bool isOver) = Save(pid, files[0]);
            isOver.ShouldBeTrue();
            // Plan and manifest, and what the interpreter of the program itself goes on writing to.
            written.ShouldBeLessThan(length / 8);
            files = [files[1], path];
        }

        Resumes(files[1]);
    }

    [Fact]
    public void A_disk_that_is_full_in_the_middle_leaves_the_other_file_and_the_program_runs_on()
    {
        using Talker before = new();
        int pid = _program.Start(before);
        string earlier = Save(pid, null).Path;
        string last = Save(pid, null).Path;
        using (CheckpointSession session = CheckpointSession.Open(pid, TalkingProgram.Options))
        using (FileContextWriter file = FileContextWriter.Over(earlier, EarlierPlaces.Read(earlier), NewPath()))
        {
            Should.Throw<IOException>(() => session.CopyAhead(new FullDisk(file))).Message.ShouldBe("no room");
        }

        Directory.GetFileSystemEntries(_program.Folder).ShouldBe([last]);
        before.Ask("?").ShouldBe("0");
        Resumes(last);
    }

    private string NewPath() => Path.Combine(_program.Folder, $"{_files++}.ctx");

    private (string Path, long Written, long Length, bool IsOver) Save(int pid, string? earlier)
    {
        string path = NewPath();
        IReadOnlyList<EarlierPlace> places = earlier is null ? [] : EarlierPlaces.Read(earlier);
        using CheckpointSession session = CheckpointSession.Open(pid, new CaptureOptions { ThawEarly = true });
        using FileContextWriter file = places.Count == 0 ? FileContextWriter.Create(path) : FileContextWriter.Over(earlier!, places, path);
        session.CopyAhead(file);
        session.Freeze();
        CaptureReport report = session.Capture(file);
        report.WithoutRounds.ShouldBeNull();
        file.Commit();
        report.FileLength.ShouldBe(new FileInfo(path).Length);
        ContextFile.Open(path).VerifyPages();
        return (path, file.Written, report.FileLength, file.Earlier.Count > 0);
    }

    private void Resumes(string path)
    {
        using Talker after = new();
        using HeldProcess held = _program.Prepare(path, after, ownNamespaces: true);
        held.Release();
        after.Ask("?").ShouldBe("0");
        after.Dispose();
        ChildProcess.Wait(held.ShellPid).ShouldBe(13 << 8);
    }

    /// <summary>Takes some megabytes and no more.</summary>
    private sealed class FullDisk(FileContextWriter file) : IImageSink
    {
        private long _room = 8 << 20;

        public IReadOnlyList<EarlierPlace> Earlier => file.Earlier;

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            _room -= bytes.Length;
            if (_room < 0)
            {
                throw new IOException("no room");
            }

            file.Write(offset, bytes);
        }
    }
}
