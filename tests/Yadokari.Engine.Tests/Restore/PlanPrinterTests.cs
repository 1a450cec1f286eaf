using Shouldly;
using Xunit;
using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Tests.Restore;

public class PlanPrinterTests
{
    [Fact]
    public void A_plan_reads_like_strace()
    {
        PlanBuilder plan = new();
        PlanLabel failed = new("failed");
        PlanLabel child = new("child");
        Slot file = plan.CallResult("open", SystemCall.Open, plan.Text("/in"), 0x80000, 0);
        Slot got = plan.NewSlot();
        plan.Try(got, SystemCall.Pread64, file, plan.Room(8), -1, 3);
        plan.CallOrJump(null, failed, SystemCall.Rt_sigaction, 9, Argument.AddressOf(got), Argument.AddressOf(plan.Room(16, "acts"), 8));
        plan.JumpIf(got, Condition.Less, -4095, failed);
        plan.Add(new Operation { Kind = OperationKind.Clone, Number = (int)SystemCall.Clone3, Arguments = [1, 88], Target = child });
        plan.Call(null, SystemCall.Mmap, new RemoteAddress(0x1000), 1UL << 63, Argument.Named(3, "READ|WRITE"), Argument.InRegion(8, "shared"));
        plan.Do(OperationKind.ReadChecked, null, file, 1);
        plan.Place(child);
        plan.Place(failed);
        plan.Fail("no way", 5);
        plan.Jump(failed);

        PlanPrinter.Print(plan.Build()).ShouldBe(
        [
            "      0  open(\"/in\", 0x80000, 0) = $8",
            "      1  pread64($8, buffer, -1, 3) = $9  // may fail",
            "      2  rt_sigaction(9, &$9, &acts+8)  // on error: failed",
            "      3  if $9 < -4095 goto failed",
            "      4  clone3(1, 88)  // child: child",
            "      5  mmap(0x1000, -9223372036854775808, READ|WRITE, shared)",
            "      6  read_checked($8, 1)",
            "failed:",
            "child:",
            "      7  fail(\"no way\") exit 5",
            "      8  goto failed",
        ]);
    }
}
