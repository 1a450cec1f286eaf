using Shouldly;
using Xunit;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Context;
using Yadokari.Engine.Filling;
using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resume;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Ptrace;
using Yadokari.Linux.Spawn;

namespace Yadokari.Engine.Tests.Resume;

/// <summary>A process that is made and filled before its job stands still, and then goes on as the job.</summary>
public sealed class FillTests : IDisposable
{
    private const int KillSignal = 9;
    private readonly TalkingProgram _program = new(ChangingProgram.Source);

    public void Dispose() => _program.Dispose();

    [Fact]
    public void A_program_that_changes_its_mappings_goes_on_in_filled_processes()
    {
        const int moves = 12;
        Talker talker = new();
        int pid = _program.Start(talker);
        HeldProcess? last = null;
        int mappings = 0;
        for (int move = 0; move < moves; move++)
        {
            Talker before = talker;
            using FillingSink sink = Sink(() => before.Ask("change").ShouldBe("0"));
            TreeImage image = Save(pid, sink, last is null ? null : last.ShellPid);
            sink.Told.ShouldBeGreaterThan(0);
            talker = new Talker();
            JobFiller filler = sink.Filler.ShouldNotBeNull();
            filler.Complete(image);
            HeldProcess held = filler.Finish(Streams(talker)).ShouldNotBeNull(filler.GivenUp);
            before.Dispose();
            ShouldHold(held.Pid, image, sink.Path);
            held.Release();
            talker.Ask("?").ShouldBe("0");
            ProcFdInfo.Numbers(held.Pid)!.ShouldBe([0, 1, 2], ignoreOrder: true);
            int now = ProcMaps.ReadMaps(held.Pid)!.Count(vma => vma.Start.Value >> 40 != 0x50);
            mappings = mappings == 0 ? now : mappings;
            now.ShouldBe(mappings, "nothing of what filled it stays");
            (last, pid) = (held, held.Pid);
        }

        talker.Dispose();
        ChildProcess.Wait(last!.ShellPid).ShouldBe(13 << 8);
    }

    [Fact]
    public void One_that_is_killed_while_it_is_filled_is_given_up()
    {
        using Talker before = new();
        int pid = _program.Start(before);
        FillingSink? told = null;
        using FillingSink sink = Sink(() => Signals.Send(told!.Filler!.Pid, KillSignal));
        told = sink;
        TreeImage image = Save(pid, sink, null);
        int shell = sink.Filler.ShouldNotBeNull().ShellPid;
        using Talker unused = new();
        sink.Filler.Complete(image);
        sink.Filler.Finish(Streams(unused)).ShouldBeNull();
        sink.Filler.Dispose();
        Directory.Exists($"/proc/{shell}").ShouldBeFalse();

        using Talker after = new();
        using HeldProcess held = _program.Prepare(sink.Path, after, ownNamespaces: true);
        held.Release();
        after.Ask("?").ShouldBe("0");
        after.Dispose();
        ChildProcess.Wait(held.ShellPid).ShouldBe(13 << 8);
    }

    [Fact]
    public void Nothing_is_left_of_one_that_is_given_up()
    {
        using Talker before = new();
        int pid = _program.Start(before);
        int shell;
        int job;
        using (FillingSink sink = Sink(() => { }))
        {
            using CheckpointSession session = CheckpointSession.Open(pid, TalkingProgram.Options);
            session.CopyAhead(sink);
            (shell, job) = (sink.Filler!.ShellPid, sink.Filler.Pid);
            Directory.Exists($"/proc/{job}").ShouldBeTrue();
        }

        Directory.Exists($"/proc/{shell}").ShouldBeFalse();
        Directory.Exists($"/proc/{job}").ShouldBeFalse();
        before.Ask("change").ShouldBe("0");
        Signals.Send(pid, KillSignal);
        ChildProcess.Wait(pid);
    }

    private FillingSink Sink(Action flushed) => new(Path.Combine(_program.Folder, $"{Guid.NewGuid():N}.ctx")) { Flushed = flushed };

    /// <param name="shell">Its shell, which ends with it; null: it is a child of this process, which whoever kills it waits for.</param>
    private static TreeImage Save(int pid, FillingSink sink, int? shell)
    {
        using (CheckpointSession session = CheckpointSession.Open(pid, TalkingProgram.Options))
        {
            session.CopyAhead(sink);
            session.Freeze();
            session.Capture(sink);
            session.Kill();
        }

        if (shell is { } parent)
        {
            ChildProcess.Wait(parent);
        }

        sink.Close();
        sink.Load();
        return ContextFile.Open(sink.Path).Image;
    }

    /// <summary>Every byte of private memory, against the file; what is in none of its segments is zeros.</summary>
    private static void ShouldHold(int pid, TreeImage image, string path)
    {
        using FileStream file = File.OpenRead(path);
        using FileStream memory = File.OpenRead($"/proc/{pid}/mem");
        ulong own = Registers.FromBytes(image.Main.Threads[0].Registers).FsBase;
        foreach (MappingImage mapping in image.Main.Memory.Mappings.Where(mapping => mapping.Kind == MappingKind.Private))
        {
            byte[] expected = new byte[mapping.Length];
            foreach (MemorySegment segment in image.Main.Memory.Segments.Where(segment => segment.Address >= mapping.Start && segment.Address < mapping.End))
            {
                file.Position = segment.FileOffset;
                file.ReadExactly(expected.AsSpan((int)(segment.Address - mapping.Start), segment.Length));
            }

            byte[] found = new byte[mapping.Length];
            memory.Position = (long)mapping.Start;
            memory.ReadExactly(found);
            Blank(mapping, expected, own);
            Blank(mapping, found, own);
            found.AsSpan().SequenceEqual(expected).ShouldBeTrue($"{mapping.Start:x}–{mapping.End:x} {mapping.Name}");
        }
    }

    /// <summary>What the C library keeps of the thread: the kernel writes there where it runs (rseq(2)).</summary>
    private static void Blank(MappingImage mapping, byte[] bytes, ulong own)
    {
        const ulong length = 4096;
        if (own >= mapping.Start && own < mapping.End)
        {
            bytes.AsSpan((int)(own - mapping.Start), (int)Math.Min(length, mapping.End - own)).Clear();
        }
    }

    private static ResumeOptions Streams(Talker talker) =>
        new() { StandardInput = talker.Pair.Child, StandardOutput = talker.Pair.Child, StandardError = talker.Pair.Child };
}
