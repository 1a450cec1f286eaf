using Shouldly;
using Xunit;

namespace Yadokari.Conformance;

/// <summary>What others do to a job's files while it is but a context file.</summary>
public class VanishedFileTests : IClassFixture<CompiledPrograms>
{
    [Fact]
    public void A_mapped_scratch_file_that_is_gone_goes_on_as_a_removed_one()
    {
        const string program = "a_mapped_scratch_file_keeps_its_content";
        using Scene scene = new("vanished", uid: null);
        using Journey journey = Start(scene, program);
        journey.Save();
        File.Delete(scene.File_("scratch"));
        journey.Resume();
        scene.Create("go");
        journey.Wait().ShouldBe(new Ending(false, 0), scene.Transcript);
        scene.Has("scratch").ShouldBeFalse();
    }

    [Fact]
    public void A_file_that_has_become_shorter_is_named_and_nothing_is_started()
    {
        const string program = "a_renamed_file_is_found";
        using Scene scene = new("vanished", uid: null);
        using Journey journey = Start(scene, program);
        journey.Save();
        File.WriteAllText(scene.File_("new name"), "");
        Tool.Run(scene, "resume", journey.ContextFile).ShouldSayNo(5, "short-file", "new name");
    }

    private static Journey Start(Scene scene, string program)
    {
        string copy = scene.Compiled(program);
        Journey journey = Journey.Start(scene, [copy]);
        journey.Await("ready");
        return journey;
    }
}
