using Shouldly;
using Xunit;

namespace Yadokari.Conformance;

/// <summary>What several processes of a job have alike is in its context file once.</summary>
public class AlikePagesTests : IClassFixture<CompiledPrograms>
{
    private const int Shells = 20;
    private const long MiB = 1 << 20;

    /// <summary>Of its 64 MiB, which six processes have since a fork, each has changed a fiftieth at most; the rest of all is below 12.</summary>
    [SkippableFact]
    public void Memory_in_common_since_a_fork_is_stored_once()
    {
        using Scene scene = new("common", uid: null);
        string copy = scene.Compiled("relatives_keep_what_each_has_of_common_memory");
        using Journey journey = Journey.Start(scene, [copy]);
        journey.Await("ready");
        journey.SaveAndRunOn();
        long length = new FileInfo(journey.ContextFile).Length;
        journey.Answer();
        scene.Create("go");
        journey.Wait().ShouldBe(new Ending(false, 0), scene.Transcript);
        length.ShouldBeInRange(64 * MiB, 80 * MiB);
    }

    /// <summary>Program and libraries of a shell are 2 MiB, its own memory is a tenth of that.</summary>
    [SkippableFact]
    public void Libraries_of_many_programs_are_stored_once()
    {
        using Scene scene = new("shells", uid: null);
        string shell = $"for i in $(seq {Shells}); do /bin/sh -c 'while [ ! -e go ]; do /bin/sleep 0.1; done' & done; : > ready; wait";
        using Journey journey = Journey.Start(scene, ["/bin/sh", "-c", shell], environment: new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" });
        journey.Await("ready");
        Until.Holds(() => ProcessTable.Family(journey.Pid).Count > Shells, () => $"all shells\n{scene.Transcript}");
        journey.SaveAndRunOn();
        long length = new FileInfo(journey.ContextFile).Length;
        journey.Kill();
        journey.Resume();
        journey.Find();
        scene.Create("go");
        journey.Wait().ShouldBe(new Ending(false, 0), scene.Transcript);
        length.ShouldBeLessThan(Shells * MiB);
    }
}
