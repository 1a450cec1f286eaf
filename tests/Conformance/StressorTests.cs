using System.Diagnostics;
using Shouldly;
using Xunit;

namespace Yadokari.Conformance;

/// <summary>The stressors of stress-ng, each of which keeps one part of the kernel busy and checks what it gets back: saved in the middle of it and
/// resumed, as an ordinary user. What is refused by name is let be.</summary>
public class StressorTests : IClassFixture<CompiledPrograms>
{
    private const string Program = "/usr/bin/stress-ng";
    private const int Hops = 3;

    /// <summary>What harms the machine, or takes so much of it that nothing else goes on.</summary>
    private static readonly string[] LeftOut =
        ["reboot", "oom-pipe", "bigheap", "cpu-online", "softlockup", "swap", "smi", "rawdev", "dev", "bad-ioctl", "schedpolicy", "cyclic", "watchdog", "klog", "memhotplug", "physpage", "kill", "mmapfork"];

    /// <summary>What is so in namespaces of one's own (docs/limits.md): other users are unknown there, and the clock's code in the vdso is another.</summary>
    private static readonly string[] KnownToDiffer = ["chown", "sigsegv"];

    [SkippableFact]
    public void What_checks_itself_finds_nothing_changed_by_moves()
    {
        Skip.IfNot(Soak.IsOn, "takes an hour: ./test --soak");
        List<string> wrong = [];
        foreach (string stressor in Stressors().Except([.. LeftOut, .. KnownToDiffer]))
        {
            try
            {
                if (Move(stressor) is { } what)
                {
                    wrong.Add($"{stressor}: {what}");
                }
            }
            catch (Exception failure) when (failure is ShouldAssertException or TimeoutException)
            {
                // The others are tried all the same.
                wrong.Add($"{stressor}: {failure.Message}");
            }
        }

        wrong.ShouldBeEmpty();
    }

    private static string[] Stressors()
    {
        using Process list = Process.Start(new ProcessStartInfo(Program, "--stressors") { RedirectStandardOutput = true })!;
        return list.StandardOutput.ReadToEnd().Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
    }

    /// <returns>What went wrong; null: nothing.</returns>
    private static string? Move(string stressor)
    {
        using Scene scene = new("stressor", User.Ordinary);
        using Journey journey = Journey.Start(
            scene, [Program, $"--{stressor}", "1", "--verify", "-t", "300", "--temp-path", scene.Directory, "--no-rand-seed"]);
        Until.Holds(() => journey.IsOver || ProcessTable.Family(journey.Pid).Count > 1, () => $"{stressor} to start\n{scene.Transcript}");
        int done = 0;
        while (done < Hops && !journey.IsOver && journey.TryToSave().Ending == new Ending(false, 0))
        {
            journey.AwaitGone();
            journey.Resume();
            journey.Find();
            done++;
        }

        // It ends its work, and looks at it.
        ProcessTable.Signal(journey.Pid, "INT");
        Ending ending = journey.Wait();
        return done == 0 || ending == new Ending(false, 0) ? null : $"{ending} after {done} moves\n{scene.Transcript}";
    }
}
