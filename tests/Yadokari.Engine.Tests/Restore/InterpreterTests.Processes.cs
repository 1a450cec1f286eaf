using System.Buffers.Binary;
using System.Text;
using Shouldly;
using Xunit;
using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Tests.Restore;

/// <content>Waiting for other processes, and the entry of a context file.</content>
public partial class InterpreterTests
{
    [Fact]
    public void Count_wakes_whoever_waits_in_another_process()
    {
        const int rounds = 100;
        PlanBuilder plan = new();
        BlockSignals(plan);
        plan.MapShared();
        PlanLabel broken = new("broken");
        Argument ping = plan.NewCounter("ping");
        Argument pong = plan.NewGate("pong");
        Slot child = Fork(
            plan,
            childPlan =>
            {
                for (int i = 1; i <= rounds; i++)
                {
                    childPlan.Do(OperationKind.WaitCount, null, ping, i, 0, 0);
                    childPlan.Do(OperationKind.Count, null, pong);
                }

                Exit(childPlan, 3);
            },
            out _);
        for (int i = 1; i <= rounds; i++)
        {
            plan.Do(OperationKind.Count, null, ping);
            plan.Add(new Operation { Kind = OperationKind.WaitCount, Arguments = [pong, i, Argument.InShared(SharedLayout.Error, "error"), child], Target = broken });
        }

        Slot status = plan.NewSlot();
        plan.Do(OperationKind.Reap, status, child, 0);
        plan.Do(OperationKind.ExitAs, null, status);
        plan.Place(broken);
        Exit(plan, 9);
        PlanProcess.Run(plan).ExitStatus.ShouldBe(3);
    }

    [Fact]
    public void A_wait_ends_when_another_process_fails()
    {
        PlanBuilder plan = new();
        BlockSignals(plan);
        plan.MapShared();
        PlanLabel failed = new("failed");
        Slot child = Fork(plan, childPlan => childPlan.Fail("the child can't", 4), out _);
        plan.Add(new Operation { Kind = OperationKind.WaitCount, Arguments = [plan.NewCounter("prepared"), 5, Argument.InShared(SharedLayout.Error, "error"), child], Target = failed });
        Exit(plan, 9);
        plan.Place(failed);
        Exit(plan, 6);
        PlanEnding ending = PlanProcess.Run(plan);
        ending.ExitStatus.ShouldBe(6);
        ending.Errors.ShouldBe("yadokari: the child can't\n");
    }

    [Fact]
    public void A_wait_ends_when_the_child_was_killed_and_can_not_say_so()
    {
        PlanBuilder plan = new();
        BlockSignals(plan);
        plan.MapShared();
        PlanLabel gone = new("gone");
        Slot child = Fork(
            plan,
            childPlan =>
            {
                Slot own = childPlan.CallResult(null, SystemCall.Getpid);
                childPlan.Call(null, SystemCall.Kill, own, 9);
            },
            out _);
        plan.Add(new Operation { Kind = OperationKind.WaitCount, Arguments = [plan.NewCounter("prepared"), 1, Argument.InShared(SharedLayout.Error, "error"), child], Target = gone });
        Exit(plan, 9);
        plan.Place(gone);
        Exit(plan, 6);
        PlanProcess.Run(plan).ExitStatus.ShouldBe(6);
    }

    [Theory]
    [InlineData(new[] { "@yado", "7", "8", "1" }, 7L, 8L, 1L)]
    [InlineData(new[] { "@yado", "999999", "999999", "0" }, -1L, -1L, 0L)]
    [InlineData(new string[0], -1L, -1L, 0L)]
    [InlineData(new[] { "yado", "7", "8", "1" }, -1L, -1L, 0L)]
    [InlineData(new[] { "@yado", "7", "8" }, -1L, -1L, 0L)]
    public void The_entry_reads_its_arguments(string[] arguments, long control, long exit, long flags)
    {
        PlanBuilder plan = new();
        plan.Call(null, SystemCall.Write, 1, Argument.AddressOf(WellKnownSlots.Control), 48);
        Exit(plan, 0);
        byte[] output = PlanProcess.Run(plan, null, arguments).Output;
        (Number(output), Number(output, 8), Number(output, 16), Number(output, 40)).ShouldBe((control, exit, flags, 2L));
        Number(output, 24).ShouldNotBe(0, "the vdso");
        Number(output, 32).ShouldNotBe(0, "the path");
    }

    [Theory]
    [InlineData(100)] // code
    [InlineData(RegionLayout.HeaderOffset - 1)]
    [InlineData(RegionLayout.OperationsOffset + 9)]
    [InlineData(-1)] // data's last byte
    public void The_entry_refuses_a_damaged_control_segment(int at)
    {
        PlanBuilder plan = new();
        plan.Call(null, SystemCall.Write, 1, plan.Text("ran"), 3);
        Exit(plan, 0);
        PlanEnding ending = PlanProcess.Run(plan, control => control[at < 0 ? control.Length + at : UnusedCode(control, at)] ^= 4);
        ending.ExitStatus.ShouldBe(1);
        ending.Output.ShouldBeEmpty();
        ending.Errors.ShouldBe("yadokari: the context file is damaged or cut short\n");
    }

    [Fact]
    public void Nothing_of_the_file_stays_mapped()
    {
        PlanBuilder plan = new();
        Slot file = plan.CallResult("open maps", SystemCall.Open, plan.Text("/proc/self/maps"), 0, 0);
        DataReference room = plan.Room(16384);
        PlanLabel more = new("more");
        PlanLabel done = new("done");
        Slot got = plan.NewSlot();
        plan.Call("unmap the file", SystemCall.Munmap, PlanProcess.Base + PlanProcess.Span, 1UL << 20);
        plan.Place(more);
        plan.CallInto(got, "read maps", SystemCall.Read, file, room, 16384);
        plan.JumpIf(got, Condition.Equal, 0, done);
        plan.Call(null, SystemCall.Write, 1, room, got);
        plan.Jump(more);
        plan.Place(done);
        Exit(plan, 0);
        string maps = Encoding.ASCII.GetString(PlanProcess.Run(plan).Output);
        maps.ShouldContain("10000000000-");
        maps.ShouldNotContain("memfd:plan");
    }

    [Fact]
    public void The_code_fits_and_has_a_system_call_instruction()
    {
        Interpreter.Code.Length.ShouldBeLessThanOrEqualTo(RegionLayout.HeaderOffset);
        Interpreter.Code[Interpreter.SystemCallOffset].ShouldBe((byte)0x0f);
        Interpreter.Code[Interpreter.SystemCallOffset + 1].ShouldBe((byte)0x05);
        Interpreter.LoopOffset.ShouldBeInRange(1, Interpreter.Code.Length - 1);
    }
}
