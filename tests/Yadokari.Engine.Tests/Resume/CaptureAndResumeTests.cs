using System.Buffers.Binary;
using Shouldly;
using Xunit;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Context;
using Yadokari.Engine.Resume;
using Yadokari.Engine.Tests.Restore;
using Yadokari.Linux.Spawn;

namespace Yadokari.Engine.Tests.Resume;

/// <summary>The public path from end to end: session → file → held process → running, with a program of two threads
/// that keeps a sum and some megabytes.</summary>
public sealed class CaptureAndResumeTests : IDisposable
{
    private const string Program = """
        import sys, threading, queue, hashlib, random
        random.seed(1)
        data = bytearray(random.randbytes(3 << 20))
        questions = queue.Queue()
        answers = queue.Queue()
        def work():
            total = 0
            while True:
                number = questions.get()
                total += number
                data[number] ^= 255
                answers.put((total, threading.get_native_id(), hashlib.sha256(data).hexdigest()))
        threading.Thread(target=work, daemon=True).start()
        print('ready', flush=True)
        for line in sys.stdin:
            questions.put(int(line))
            print(*answers.get(), flush=True)
        sys.exit(13)
        """;

    /// <summary>Its main one and the one that works.</summary>
    private const int Threads = 2;

    private readonly TalkingProgram _program = new(Program);

    public void Dispose() => _program.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_held_and_never_let_go_has_no_end_of_its_own(bool ownNamespaces)
    {
        using Talker before = new();
        string path = _program.Save(_program.Start(before), kill: true, Threads);
        using Talker never = new();

        _program.Prepare(path, never, ownNamespaces).Dispose();

        PlanProcess.Content(_program.Exit).ShouldBeEmpty();
    }

    [Fact]
    public void A_program_goes_on_where_it_was()
    {
        (string[] unmoved, int pid) = Unmoved();
        pid.ShouldBeGreaterThan(1);

        using Talker before = new();
        int original = _program.Start(before);
        string first = before.Ask("5");
        string tid = first.Split(' ')[1];
        string path = _program.Save(original, kill: true, Threads);
        Directory.Exists($"/proc/{original}").ShouldBeFalse();

        using Talker after = new();
        using HeldProcess held = _program.Prepare(path, after);
        held.Release();
        held.Pid.ShouldBe(original, "the old pid is free");
        string second = after.Ask("70000");
        string third = after.Ask("1");
        second.Split(' ')[1].ShouldBe(tid);
        Compare([first, second, third], unmoved);

        after.Dispose();
        ChildProcess.Wait(held.ShellPid).ShouldBe(13 << 8);
        BinaryPrimitives.ReadInt32LittleEndian(PlanProcess.Content(_program.Exit)).ShouldBe(13 << 8);
    }

    [Fact]
    public void What_is_given_up_leaves_no_process_and_can_be_prepared_again()
    {
        (string[] unmoved, _) = Unmoved();
        using Talker before = new();
        int original = _program.Start(before);
        string first = before.Ask("5");
        string path = _program.Save(original, kill: true, Threads);

        using Talker never = new();
        using (HeldProcess held = _program.Prepare(path, never))
        {
            held.Pid.ShouldBe(original);
        }

        Directory.Exists($"/proc/{original}").ShouldBeFalse();

        using Talker after = new();
        using HeldProcess again = _program.Prepare(path, after);
        again.Release();
        Compare([first, after.Ask("70000"), after.Ask("1")], unmoved);
        after.Dispose();
        ChildProcess.Wait(again.ShellPid).ShouldBe(13 << 8);
    }

    [Fact]
    public void A_thawed_program_never_notices_and_its_copy_lives_beside_it()
    {
        (string[] unmoved, _) = Unmoved();
        using Talker before = new();
        int original = _program.Start(before);
        string first = before.Ask("5");
        string path = _program.Save(original, kill: false, Threads);

        // The pid is taken: the copy gets a namespace of its own.
        using Talker copy = new();
        using HeldProcess held = _program.Prepare(path, copy);
        held.Release();
        held.Pid.ShouldNotBe(original);
        Compare([first, copy.Ask("70000"), copy.Ask("1")], unmoved);
        Compare([first, before.Ask("70000"), before.Ask("1")], unmoved);
        copy.Dispose();
        ChildProcess.Wait(held.ShellPid).ShouldBe(13 << 8);
        before.Dispose();
        ChildProcess.Wait(original).ShouldBe(13 << 8);
    }

    [Fact]
    public void Nothing_grows_from_hop_to_hop()
    {
        using Talker before = new();
        int original = _program.Start(before);
        before.Ask("5");
        string path = _program.Save(original, kill: true, Threads);
        ContextSummary first = ContextFile.Open(path).Summary;
        ContextSummary last = first;
        for (int hop = 0; hop < 3; hop++)
        {
            using Talker talker = new();
            using HeldProcess held = _program.Prepare(path, talker);
            held.Release();
            talker.Ask("0").ShouldStartWith("5 ");
            path = _program.Save(held.Pid, kill: true, Threads);
            ChildProcess.Wait(held.ShellPid);
            last = ContextFile.Open(path).Summary;
        }

        Ranges(last).ShouldBe(Ranges(first));
        last.Descriptors.Select(descriptor => descriptor.Number).ShouldBe(first.Descriptors.Select(descriptor => descriptor.Number));
        last.Threads.ShouldBe(first.Threads);
        (last.FileLength - first.FileLength).ShouldBeLessThan(256 * 1024);
    }

    [Fact]
    public void A_damaged_page_is_refused_before_anything_runs()
    {
        using Talker before = new();
        int original = _program.Start(before);
        string path = _program.Save(original, kill: true, Threads);
        using (FileStream file = File.Open(path, FileMode.Open))
        {
            file.Position = 4096 + 100;
            int value = file.ReadByte();
            file.Position = 4096 + 100;
            file.WriteByte((byte)(value ^ 1));
        }

        Should.Throw<EngineException>(() => ContextFile.Open(path).VerifyPages()).Error.ShouldBe(EngineError.BadContextFile);
        using Talker never = new();
        EngineException refused = Should.Throw<EngineException>(() => _program.Prepare(path, never));
        refused.Message.ShouldBe("the context file is damaged or cut short");
        Directory.Exists($"/proc/{original}").ShouldBeFalse();
    }

    [Fact]
    public void What_is_no_program_can_not_be_prepared()
    {
        using Talker never = new();
        Should.Throw<EngineException>(() => _program.Prepare("/etc/passwd", never)).Error.ShouldBe(EngineError.HostLacks);
        Should.Throw<EngineException>(() => _program.Prepare("/nowhere/job.ctx", never)).Error.ShouldBe(EngineError.HostLacks);
    }

    [Fact]
    public void A_session_that_is_disposed_thaws()
    {
        using Talker talker = new();
        int original = _program.Start(talker);
        using (CheckpointSession session = CheckpointSession.Open(original, TalkingProgram.Options))
        {
            session.Freeze();
        }

        talker.Ask("5").ShouldStartWith("5 ");
        talker.Dispose();
        ChildProcess.Wait(original).ShouldBe(13 << 8);
    }

    private (string[] Answers, int Pid) Unmoved()
    {
        using Talker talker = new();
        int pid = _program.Start(talker);
        string[] answers = [talker.Ask("5"), talker.Ask("70000"), talker.Ask("1")];
        talker.Dispose();
        ChildProcess.Wait(pid).ShouldBe(13 << 8);
        return (answers, pid);
    }

    /// <summary>What is mapped how. The kernel joins neighbours that have become alike, as those of one file do.</summary>
    private static List<(string Start, string End, string Protection)> Ranges(ContextSummary summary)
    {
        List<(string Start, string End, string Protection)> ranges = [];
        foreach (MappingSummary mapping in summary.Mappings)
        {
            if (ranges.Count > 0 && ranges[^1].End == mapping.Start && ranges[^1].Protection == mapping.Protection)
            {
                ranges[^1] = (ranges[^1].Start, mapping.End, mapping.Protection);
            }
            else
            {
                ranges.Add((mapping.Start, mapping.End, mapping.Protection));
            }
        }

        return ranges;
    }

    /// <summary>Equal but for thread ids, which two runs can't share.</summary>
    private static void Compare(string[] moved, string[] unmoved) => moved.Select(WithoutTid).ShouldBe(unmoved.Select(WithoutTid));

    private static string WithoutTid(string line) => $"{line.Split(' ')[0]} {line.Split(' ')[2]}";
}
