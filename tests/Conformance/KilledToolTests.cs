using System.Globalization;
using Shouldly;
using Xunit;

namespace Yadokari.Conformance;

/// <summary>The tool is killed at instants spread over a whole checkpoint: the program notices nothing, and nothing is left in it.</summary>
public class KilledToolTests : IClassFixture<CompiledPrograms>
{
    /// <summary>Longer than a borrowed thread waits to be fetched.</summary>
    private static readonly TimeSpan Home = TimeSpan.FromSeconds(20);

    /// <summary>Of one program; twenty times as many when <c>YADO_SOAK</c> is set.</summary>
    private static int Kills => Soak.Times(20, 400);

    [SkippableTheory]
    [InlineData("anonymous_memory_keeps_its_content")]
    [InlineData("sixteen_threads_keep_their_ids_and_results")]
    [InlineData("a_hundred_and_twenty_eight_threads_are_carried")]
    [InlineData("memory_that_changes_while_it_is_copied_is_carried")]
    [InlineData("seccomp_filters_are_kept")]
    [InlineData("many_children_in_a_ring_go_on")]
    public void A_program_whose_tool_is_killed_runs_on_as_it_was(string name)
    {
        using Scene scene = new("killed-tool", uid: null);
        string copy = scene.Compiled(name);
        using Journey journey = Journey.Start(scene, [copy]);
        journey.Await("ready");
        Until.Holds(() => ProcessTable.States(journey.Pid).Length > 0, () => "the program's threads");
        long whole = Environment.TickCount64;
        journey.SaveAndRunOn();
        whole = Environment.TickCount64 - whole;
        string[] before = Borrowable(journey.Pid);
        Random random = new(1991);
        int frozen = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            frozen += KillOne(scene, journey, kill, TimeSpan.FromMilliseconds(random.NextDouble() * whole)) ? 1 : 0;
            ProcessTable.IsAlive(journey.Pid).ShouldBeTrue($"killed for the {kill + 1}th time\n{scene.Transcript}");
        }

        frozen.ShouldBeGreaterThan(0, "no kill struck while the process was held: nothing was tested");
        if (!SpinWait.SpinUntil(() => Borrowable(journey.Pid).SequenceEqual(before), Home))
        {
            // The last one was killed between two threads: no thread stood in the range, and the next tool takes it away (docs/limits.md).
            journey.SaveAndRunOn();
        }

        Until.Holds(() => Borrowable(journey.Pid).SequenceEqual(before), () => $"nothing of the tool to be left: {string.Join('\n', Borrowable(journey.Pid))}");
        journey.Answer();
        scene.Create("go");
        journey.Wait().ShouldBe(new Ending(false, 0), scene.Transcript);
    }

    /// <summary>Every other one as soon as it holds the process, plus a little; the rest whenever it is.</summary>
    /// <returns>Whether it held the process just then.</returns>
    private static bool KillOne(Scene scene, Journey journey, int number, TimeSpan after)
    {
        string file = scene.File_($"killed-{number}.ctx");
        using Launched tool = scene.Start(
            "killed",
            [Checkout.Tool, "checkpoint", $"{journey.Pid}", "-o", file, "--leave-running"],
            environment: new Dictionary<string, string> { ["HOME"] = scene.Directory, ["PATH"] = "/usr/bin:/bin" });
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        bool aimed = number % 2 == 0;
        while (!tool.IsOver && (aimed ? !IsHeld(journey.Pid) : System.Diagnostics.Stopwatch.GetElapsedTime(start) < after))
        {
            Thread.Yield();
        }

        if (aimed)
        {
            Thread.SpinWait(number * 2000);
        }

        bool held = IsHeld(journey.Pid);
        foreach (int pid in ProcessTable.Family(tool.Pid))
        {
            ProcessTable.Kill(pid);
        }

        tool.Wait(() => "the tool to be gone");
        Until.Holds(() => !IsHeld(journey.Pid), () => "the kernel to let the process go");
        return held;
    }

    private static bool IsHeld(int pid) =>
        File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("TracerPid", StringComparison.Ordinal)).Split('\t')[1].Trim() != "0";

    /// <summary>Of each process: memory that is writable and executable, as the tool borrows it, how many descriptors there are, and how
    /// many mappings are watched.</summary>
    private static string[] Borrowable(int pid) => [.. ProcessTable.Family(pid).SelectMany(BorrowableOfOne)];

    private static string[] BorrowableOfOne(int pid) =>
    [
        .. File.ReadLines($"/proc/{pid}/maps").Where(line => line.Contains(" rwxp ", StringComparison.Ordinal)),
        Directory.GetFiles($"/proc/{pid}/fd").Length.ToString(CultureInfo.InvariantCulture),
        .. File.ReadLines($"/proc/{pid}/smaps").Where(line => line.StartsWith("VmFlags", StringComparison.Ordinal) && line.Contains(" uw", StringComparison.Ordinal)),
    ];
}
