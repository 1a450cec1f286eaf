using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using Yadokari.Engine.Capture;
using Yadokari.Engine.Context;
using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Restore;
using Yadokari.Engine.Tests.Context;
using Yadokari.Linux;

namespace Yadokari.Engine.Tests.Restore;

public class PlanCompilerTests
{
    private static readonly Config Some = Config.QuickThrowOnFailure.WithMaxTest(30);

    [Fact]
    public void It_is_a_pure_function_of_what_the_manifest_says() => Prop.ForAll(Images.All, image =>
        Encode(image).AsSpan().SequenceEqual(Encode(ReadBack(image)))).Check(Some);

    [Fact]
    public void Every_thread_is_made_counted_installed_and_let_go() => Prop.ForAll(Images.All, image =>
    {
        IReadOnlyList<Operation> operations = PlanCompiler.Compile(image).Operations;
        int Calls(SystemCall call, Func<Operation, bool>? which = null) =>
            operations.Count(operation => operation.Kind is OperationKind.Call or OperationKind.Clone && operation.SystemCall == call && (which?.Invoke(operation) ?? true));
        int threads = image.Processes.Sum(process => process.Threads.Count);
        // The job itself: here or in its own namespaces; the init; the guard; the other threads and processes.
        Calls(SystemCall.Clone3).ShouldBe(4 + threads - 1 + image.Ended.Count);
        operations.Count(operation => operation.Kind == OperationKind.Count && operation.Arguments[0].Text == "prepared").ShouldBe(threads);
        Calls(SystemCall.Ptrace, operation => operation.Arguments[0].Text == "DETACH").ShouldBe(threads);
        Calls(SystemCall.Ptrace, operation => operation.Arguments[0].Text == "SEIZE").ShouldBe(threads);
        Calls(SystemCall.Ptrace, operation => operation.Arguments[0].Text == "SETSIGMASK").ShouldBe(threads);
    }).Check(Some);

    [Fact]
    public void Every_jump_leads_into_the_plan_and_no_mapping_replaces_another() => Prop.ForAll(Images.All, image =>
    {
        RestorePlan plan = PlanCompiler.Compile(image);
        foreach (Operation operation in plan.Operations)
        {
            if (operation.Target is { } target)
            {
                target.Position.ShouldBeInRange(0, plan.Operations.Count - 1);
            }

            if (operation is { Kind: OperationKind.Call, SystemCall: SystemCall.Mmap } && operation.Arguments[0].Kind == ArgumentKind.Number && operation.Arguments[0].Value != 0)
            {
                (operation.Arguments[3].Value & 0x10).ShouldBe(0ul, "MAP_FIXED");
                (operation.Arguments[3].Value & 0x100000).ShouldBe(0x100000ul, "MAP_FIXED_NOREPLACE");
            }
        }
    }).Check(Some);

    /// <summary>It was made with a copy of that table, and with whatever was open in it just then.</summary>
    [Fact]
    public void Who_has_a_table_of_its_own_beside_one_in_common_closes_what_it_was_made_with() => Prop.ForAll(Images.All, image =>
    {
        IReadOnlyList<Operation> operations = PlanCompiler.Compile(image).Operations;
        bool inCommon = image.Processes.Any(process => process.SharesDescriptors);
        foreach (ProcessImage process in image.Processes.Skip(1))
        {
            PlanLabel start = operations.First(operation => operation.Kind == OperationKind.Clone && operation.Target!.Name == $"process {process.Attributes.Pid}").Target!;
            Operation first = operations[start.Position];
            bool closes = first is { Kind: OperationKind.Call, SystemCall: SystemCall.Close_range } && first.Arguments[0].Value == 0;
            closes.ShouldBe(inCommon && !process.SharesDescriptors);
        }
    }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void A_failing_call_always_has_something_to_say() => Prop.ForAll(Images.All, image =>
        PlanCompiler.Compile(image).Operations.All(operation =>
            operation.Kind is not (OperationKind.Call or OperationKind.Clone or OperationKind.Fail) || operation.OnError != OnError.Fail || operation.Message is not null)).Check(Some);

    [Theory]
    [InlineData(1000)]
    [InlineData(262_143)]
    [InlineData(1_048_575)]
    public void The_region_is_as_large_as_the_plan_of_many_segments(int segments)
    {
        TreeImage image = Images.Small();
        MappingImage mapping = Images.Mapping(0x10000, 0x10000 + ((ulong)segments * 0x8000));
        List<MemorySegment> scattered = [.. Enumerable.Range(0, segments).Select(i => new MemorySegment(0x10000 + ((ulong)i * 0x8000), 4096, 4096 + (i * 4096L), 0))];
        (TreeImage fitting, RestorePlan plan) = RegionFit.Find(image.WithMain(main => main with { Memory = main.Memory with { Mappings = [mapping], Segments = scattered } }), []);
        ((ulong)plan.Span + RegionLayout.EndLength(image)).ShouldBeLessThanOrEqualTo(fitting.RegionLength);
        plan.Length.ShouldBe(PlanCompiler.Compile(fitting).Length);
    }

    /// <summary>Another object that says the same: made from the text that a context file has of it.</summary>
    private static TreeImage ReadBack(TreeImage image) =>
        JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(image, ImageJson.Default.TreeImage), ImageJson.Default.TreeImage)!;

    private static byte[] Encode(TreeImage image) => PlanCompiler.Compile(image).Encode(new RemoteAddress(image.RegionBase), image.RegionLength);
}
