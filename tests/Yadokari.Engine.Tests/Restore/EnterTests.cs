using System.Text;
using Shouldly;
using Xunit;
using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Tests.Restore;

/// <summary>A plan that goes on in another one.</summary>
public sealed class EnterTests
{
    private const ulong Elsewhere = 0x20000000000;

    [Fact]
    public void It_goes_on_at_the_operation_that_it_names_with_variables_of_its_own()
    {
        PlanBuilder second = new();
        Slot written = second.NewSlot();
        PlanLabel here = new("here");
        second.Call(null, SystemCall.Exit_group, 1);
        second.Place(here);
        second.CallInto(written, null, SystemCall.Write, 1, second.Text("second"), 6);
        second.Call(null, SystemCall.Munmap, PlanProcess.Base, 4096);
        second.Call(null, SystemCall.Exit_group, written);
        RestorePlan rest = second.Build();

        PlanBuilder first = new();
        Slot cursor = first.NewSlot();
        first.Call("map", SystemCall.Mmap, new RemoteAddress(Elsewhere), rest.Span + RemoteAddress.PageSize, 7, 0x100022, -1, 0);
        first.Set(cursor, new RemoteAddress(Elsewhere));
        byte[] bytes = rest.Encode(new RemoteAddress(Elsewhere));
        first.Do(OperationKind.AppendBytes, null, Argument.AddressOf(cursor), first.Bytes(bytes), bytes.Length);
        first.Do(OperationKind.Enter, null, new RemoteAddress(Elsewhere), here.Position);

        PlanEnding ending = PlanProcess.Run(first);

        ending.ExitStatus.ShouldBe(6, ending.Errors);
        Encoding.ASCII.GetString(ending.Output).ShouldBe("second");
    }
}
