using System.Buffers.Binary;
using System.Text;
using Shouldly;
using Xunit;
using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Tests.Restore;

/// <summary>Every operation, executed for real by the machine code in a process of its own.</summary>
public partial class InterpreterTests
{
    private const int Refused = 5;

    [Fact]
    public void A_call_stores_its_result_and_takes_six_arguments()
    {
        PlanBuilder plan = new();
        DataReference room = plan.Room(8);
        Slot written = plan.CallResult(null, SystemCall.Write, 1, plan.Text("hello"), 5);
        plan.Do(OperationKind.Store64, null, room, written);
        plan.Call(null, SystemCall.Pwrite64, 1, room, 8, 5);
        Slot mapped = plan.CallResult("map", SystemCall.Mmap, 0, 4096, 3, 0x22, -1, 0);
        plan.Do(OperationKind.Store64, null, mapped, 77);
        plan.Call(null, SystemCall.Pwrite64, 1, mapped, 8, 13);
        Exit(plan, 0);

        PlanEnding ending = PlanProcess.Run(plan);

        ending.ExitStatus.ShouldBe(0);
        Encoding.ASCII.GetString(ending.Output, 0, 5).ShouldBe("hello");
        Number(ending.Output, 5).ShouldBe(5);
        Number(ending.Output, 13).ShouldBe(77);
        ending.Errors.ShouldBeEmpty();
    }

    [Fact]
    public void A_failed_call_says_what_failed_and_why_and_ends_with_5()
    {
        PlanBuilder plan = new();
        plan.Call("open /nowhere/at all", SystemCall.Open, plan.Text("/nowhere/at all"), 0, 0);
        Exit(plan, 0);

        PlanEnding ending = PlanProcess.Run(plan);

        ending.ExitStatus.ShouldBe(Refused);
        ending.Errors.ShouldBe("yadokari: open /nowhere/at all: No such file or directory\n");
    }

    [Fact]
    public void A_call_without_a_message_is_named_by_its_system_call()
    {
        PlanBuilder plan = new();
        plan.Call(null, SystemCall.Close_range, 5, 3, 0);

        PlanProcess.Run(plan).Errors.ShouldBe("yadokari: close_range: Invalid argument\n");
    }

    [Fact]
    public void Errors_of_sockets_are_told()
    {
        PlanBuilder plan = new();
        Slot socket = plan.CallResult(null, SystemCall.Socket, 1, 1, 0);
        plan.Call("listen", SystemCall.Getsockopt, socket, 1, 9999, plan.Room(8), plan.Room(8)); // ENOPROTOOPT 92

        PlanEnding ending = PlanProcess.Run(plan);

        ending.ExitStatus.ShouldBe(Refused);
        ending.Errors.ShouldBe("yadokari: listen: Protocol not available\n");
    }

    [Fact]
    public void Errors_beyond_the_table_have_a_text_too()
    {
        const SystemCall keyctl = (SystemCall)250;
        PlanBuilder plan = new();
        plan.Call("key", keyctl, 11, int.MaxValue, 0, 0); // KEYCTL_READ: ENOKEY 126

        PlanEnding ending = PlanProcess.Run(plan);

        ending.ExitStatus.ShouldBe(Refused);
        ending.Errors.ShouldBe("yadokari: key: unexpected error\n");
    }

    [Fact]
    public void A_try_goes_on_with_the_negative_error()
    {
        PlanBuilder plan = new();
        Slot result = plan.NewSlot();
        plan.Try(result, SystemCall.Close, 999);
        Emit(plan, result);

        Number(PlanProcess.Run(plan).Output).ShouldBe(-Errno.EBADF);
    }

    [Fact]
    public void On_error_jump_goes_to_the_label_with_the_error_in_the_slot()
    {
        PlanBuilder plan = new();
        PlanLabel failed = new("failed");
        Slot good = plan.NewSlot();
        Slot bad = plan.NewSlot();
        plan.CallOrJump(good, failed, SystemCall.Getpid);
        plan.CallOrJump(bad, failed, SystemCall.Fchdir, -1);
        plan.Fail("the jump was not taken", 9);
        plan.Place(failed);
        PlanLabel ok = new("ok");
        plan.JumpIf(good, Condition.GreaterOrEqual, 1, ok);
        plan.Fail("the first call jumped", 8);
        plan.Place(ok);
        Emit(plan, bad);

        PlanEnding ending = PlanProcess.Run(plan);
        ending.Errors.ShouldBeEmpty();
        Number(ending.Output).ShouldBe(-Errno.EBADF);
    }

    [Fact]
    public void Results_between_the_errors_and_zero_are_no_errors()
    {
        // -4096 is the last result that is an address, not an error number.
        PlanBuilder plan = new();
        Slot value = plan.NewSlot();
        plan.Do(OperationKind.Subtract, value, 0, 4096);
        PlanLabel less = new("less");
        plan.JumpIf(value, Condition.Less, -4095, less);
        plan.Fail("signed comparison", 9);
        plan.Place(less);
        Emit(plan, value);
        Number(PlanProcess.Run(plan).Output).ShouldBe(-4096);
    }

    [Fact]
    public void Clone_sends_the_child_to_the_label_and_reap_tells_its_status()
    {
        PlanBuilder plan = new();
        BlockSignals(plan);
        Slot child = Fork(plan, childPlan => Exit(childPlan, 42), out _);
        Slot status = plan.NewSlot();
        plan.Do(OperationKind.Reap, status, child, 0);
        Emit(plan, status);

        Number(PlanProcess.Run(plan).Output).ShouldBe(42 << 8);
    }

    [Fact]
    public void A_clone_that_fails_obeys_its_error_policy()
    {
        PlanBuilder plan = new();
        PlanLabel child = new("child");
        plan.Add(new Operation { Kind = OperationKind.Clone, Number = (int)SystemCall.Clone3, Arguments = [plan.Room(88), 7], Target = child, Message = plan.Text("make a child") });
        plan.Place(child);
        Exit(plan, 0);

        PlanEnding ending = PlanProcess.Run(plan);
        ending.ExitStatus.ShouldBe(Refused);
        ending.Errors.ShouldBe("yadokari: make a child: Invalid argument\n");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    public void Exit_as_repeats_an_exit_status(int code)
    {
        PlanBuilder plan = new();
        BlockSignals(plan);
        Slot child = Fork(plan, childPlan => Exit(childPlan, code), out _);
        Slot status = plan.NewSlot();
        plan.Do(OperationKind.Reap, status, child, 0);
        plan.Do(OperationKind.ExitAs, null, status);

        PlanProcess.Run(plan).WaitStatus.ShouldBe(code << 8);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(15)]
    [InlineData(35)]
    public void Exit_as_dies_by_the_same_signal_without_a_second_core(int signal)
    {
        PlanBuilder plan = new();
        BlockSignals(plan);
        Slot child = Fork(
            plan,
            childPlan =>
            {
                childPlan.Call("setrlimit", SystemCall.Setrlimit, 4, childPlan.Room(16)); // no core of the first death either
                childPlan.Call("unblock", SystemCall.Rt_sigprocmask, 2, childPlan.Room(8), 0, 8);
                Slot own = childPlan.CallResult(null, SystemCall.Getpid);
                childPlan.Call("kill", SystemCall.Kill, own, signal);
                childPlan.Fail("outlived its signal", 1);
            },
            out _);
        Slot status = plan.NewSlot();
        plan.Do(OperationKind.Reap, status, child, 0);
        plan.Do(OperationKind.ExitAs, null, status);

        PlanEnding ending = PlanProcess.Run(plan);
        ending.Signal.ShouldBe(signal);
        (ending.WaitStatus & 0x80).ShouldBe(0, "it left a core");
    }

    [Fact]
    public void Reap_tells_an_impossible_status_when_there_is_no_child()
    {
        PlanBuilder plan = new();
        Slot status = plan.NewSlot();
        plan.Do(OperationKind.Reap, status, 4_000_000, 0);
        plan.Do(OperationKind.ExitAs, null, status);
        PlanProcess.Run(plan).ExitStatus.ShouldBe(255);
    }

    [Fact]
    public void Reap_passes_a_signal_on_to_the_child()
    {
        PlanBuilder plan = new();
        BlockSignals(plan);
        Slot parent = plan.CallResult(null, SystemCall.Getpid);
        Slot child = Fork(
            plan,
            childPlan =>
            {
                // The child asks its parent for a signal and dies of it when it comes back.
                childPlan.Call("kill the parent", SystemCall.Kill, parent, 12);
                childPlan.Call("wait for it", SystemCall.Rt_sigtimedwait, childPlan.Bytes(BitConverter.GetBytes(1UL << 11)), 0, 0, 8);
                Exit(childPlan, 33);
            },
            out _);
        Slot status = plan.NewSlot();
        plan.Do(OperationKind.Reap, status, child, 0);
        plan.Do(OperationKind.ExitAs, null, status);
        PlanProcess.Run(plan).ExitStatus.ShouldBe(33);
    }

    [Fact]
    public void Reap_takes_in_orphans_and_waits_for_its_own()
    {
        PlanBuilder plan = new();
        BlockSignals(plan);
        Slot other = Fork(plan, childPlan => Exit(childPlan, 1), out _);
        Slot child = Fork(plan, childPlan => Exit(childPlan, 7), out _);
        Slot status = plan.NewSlot();
        plan.Do(OperationKind.Reap, status, child, 0);
        Slot left = plan.NewSlot();
        plan.Try(left, SystemCall.Wait4, other, 0, 0x40000000, 0);
        Slot sum = plan.NewSlot();
        plan.Do(OperationKind.Add, sum, status, 0);
        Emit(plan, sum);
        Number(PlanProcess.Run(plan).Output).ShouldBe(7 << 8);
    }

    [Theory]
    [InlineData(5L, 5L, true, false, false, true)]
    [InlineData(-1L, 1L, false, true, true, false)]
    [InlineData(1L, -1L, false, true, false, true)]
    [InlineData(long.MinValue, long.MaxValue, false, true, true, false)]
    [InlineData(0L, long.MinValue, false, true, false, true)]
    public void Jump_if_compares_signed(long left, long right, bool equal, bool notEqual, bool less, bool greaterOrEqual)
    {
        PlanBuilder plan = new();
        Slot bits = plan.NewSlot();
        Slot a = plan.NewSlot();
        plan.Set(bits, 0);
        plan.Set(a, left);
        foreach (Condition condition in Enum.GetValues<Condition>())
        {
            PlanLabel taken = new("taken");
            PlanLabel next = new("next");
            plan.JumpIf(a, condition, right, taken);
            plan.Jump(next);
            plan.Place(taken);
            plan.Do(OperationKind.Add, bits, bits, 1 << (int)condition);
            plan.Place(next);
        }

        Emit(plan, bits);
        Number(PlanProcess.Run(plan).Output).ShouldBe((equal ? 1 : 0) | (notEqual ? 2 : 0) | (less ? 4 : 0) | (greaterOrEqual ? 8 : 0));
    }

    [Fact]
    public void Jumps_go_back_as_well()
    {
        PlanBuilder plan = new();
        Slot count = plan.NewSlot();
        PlanLabel again = new("again");
        plan.Set(count, 0);
        plan.Place(again);
        plan.Do(OperationKind.Add, count, count, 3);
        plan.JumpIf(count, Condition.Less, 3000, again);
        Emit(plan, count);
        Number(PlanProcess.Run(plan).Output).ShouldBe(3000);
    }

    [Fact]
    public void Fail_prints_its_message_and_ends_with_its_own_status()
    {
        PlanBuilder plan = new();
        plan.Fail("this host lacks 虫", 77);
        PlanEnding ending = PlanProcess.Run(plan);
        ending.ExitStatus.ShouldBe(77);
        ending.Errors.ShouldBe("yadokari: this host lacks 虫\n");
    }

    [Fact]
    public void Errors_go_to_the_error_descriptor()
    {
        PlanBuilder plan = new();
        plan.Set(WellKnownSlots.ErrorDescriptor, 1);
        plan.Fail("here", 1);
        Encoding.ASCII.GetString(PlanProcess.Run(plan).Output).ShouldBe("yadokari: here\n");
    }

    [Fact]
    public void A_break_is_a_trap()
    {
        PlanBuilder plan = new();
        plan.Call(null, SystemCall.Setrlimit, 4, plan.Room(16));
        plan.Do(OperationKind.Break, null);
        PlanProcess.Run(plan).Signal.ShouldBe(5);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(4096)]
    [InlineData(512 * 1024)]
    public void Read_checked_reads_what_has_the_right_checksum(int length)
    {
        byte[] content = Random(length + 100, length);
        uint checksum = Checksum.OfSegment(content.AsSpan(100, length));
        WithFile(content, path =>
        {
            PlanBuilder plan = ReadPlan(path, 100, length, checksum);
            PlanEnding ending = PlanProcess.Run(plan);
            ending.Errors.ShouldBeEmpty();
            ending.ExitStatus.ShouldBe(0);
            ending.Output.AsSpan().SequenceEqual(content.AsSpan(100, length)).ShouldBeTrue();
        });
    }

    [Theory]
    [InlineData(1)] // one byte short
    [InlineData(4096)] // nothing there
    public void Read_checked_says_that_a_file_is_cut_short(int missing)
    {
        byte[] content = Random(4096, 1);
        uint checksum = Checksum.OfSegment(content);
        WithFile(content[..^missing], path =>
        {
            PlanEnding ending = PlanProcess.Run(ReadPlan(path, 0, 4096, checksum));
            ending.ExitStatus.ShouldBe(1);
            ending.Errors.ShouldBe("yadokari: the context file is damaged or cut short\n");
            ending.Output.ShouldBeEmpty();
        });
    }

    [Fact]
    public void Read_checked_refuses_a_single_flipped_bit_anywhere()
    {
        byte[] content = Random(256, 3);
        uint checksum = Checksum.OfSegment(content);
        for (int bit = 0; bit < content.Length * 8; bit += 111)
        {
            byte[] flipped = [.. content];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            WithFile(flipped, path => PlanProcess.Run(ReadPlan(path, 0, 256, checksum)).ExitStatus.ShouldBe(1, $"bit {bit}"));
        }
    }

    [Fact]
    public void Read_checked_tells_a_read_error_as_any_call_does()
    {
        PlanBuilder plan = new();
        plan.Add(new Operation { Kind = OperationKind.ReadChecked, Arguments = [99, plan.Room(32), 32, 0, 0, plan.Room(ReadBuffer.Length)], Message = plan.Text("read memory") });
        PlanEnding ending = PlanProcess.Run(plan);
        ending.ExitStatus.ShouldBe(Refused);
        ending.Errors.ShouldBe("yadokari: read memory: Bad file descriptor\n");
    }

    /// <summary>A place at or behind the offset where damage does not change what the entry itself executes.</summary>
    private static int UnusedCode(byte[] control, int at) => at < Interpreter.LoopOffset ? Array.IndexOf(control, (byte)0, Interpreter.Code.Length) : at;

    private static PlanBuilder ReadPlan(string path, long offset, int length, uint checksum)
    {
        PlanBuilder plan = new();
        Slot file = plan.CallResult("open", SystemCall.Open, plan.Text(path), 0, 0);
        Slot room = plan.CallResult("map", SystemCall.Mmap, 0, length, 3, 0x22, -1, 0);
        plan.Do(OperationKind.ReadChecked, null, file, room, length, offset, checksum, plan.Room(ReadBuffer.Length));
        plan.Call("write", SystemCall.Write, 1, room, length);
        Exit(plan, 0);
        return plan;
    }

    private static void WithFile(byte[] content, Action<string> use)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, content);
            use(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Exit(PlanBuilder plan, int status) => plan.Call(null, SystemCall.Exit_group, status);

    /// <summary>Writes the value as 8 bytes and ends.</summary>
    private static void Emit(PlanBuilder plan, Slot value)
    {
        DataReference room = plan.Room(8);
        plan.Do(OperationKind.Store64, null, room, value);
        plan.Call(null, SystemCall.Write, 1, room, 8);
        Exit(plan, 0);
    }

    private static void BlockSignals(PlanBuilder plan) =>
        plan.Call(null, SystemCall.Rt_sigprocmask, 2, plan.Bytes([255, 255, 255, 255, 255, 255, 255, 255]), 0, 8);

    private static Slot Fork(PlanBuilder plan, Action<PlanBuilder> inChild, out PlanLabel label)
    {
        Slot child = plan.NewSlot();
        label = new PlanLabel("child");
        PlanLabel parent = new("parent");
        plan.Add(new Operation { Kind = OperationKind.Clone, Number = (int)SystemCall.Clone3, Arguments = [ShellPlan.CloneArguments(plan, null), 88], Result = child, Target = label, Message = plan.Text("fork") });
        plan.Jump(parent);
        plan.Place(label);
        inChild(plan);
        plan.Place(parent);
        return child;
    }

    private static long Number(byte[] bytes, int at = 0) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));

    private static byte[] Random(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
