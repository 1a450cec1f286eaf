using Shouldly;
using Xunit;

namespace Yadokari.Conformance;

/// <summary>A job that is saved in the very moment of its resume is waited for; if that takes too long, it is told what goes on.</summary>
public class EarlyCheckpointTests : IClassFixture<CompiledPrograms>
{
    [Fact]
    public void A_job_can_be_saved_while_it_is_being_resumed()
    {
        using Scene scene = new("early", uid: null);
        string copy = scene.Compiled("a_large_memory_is_carried_whole");
        using Journey journey = Journey.Start(scene, [copy]);
        journey.Await("ready");
        journey.Save();
        for (int hop = 0; hop < 6; hop++)
        {
            journey.Resume();
            journey.Find();
            (Ending ending, string said) = journey.TryToSave();
            while (ending == new Ending(false, 3))
            {
                said.ShouldContain("resuming: ", customMessage: scene.Transcript);
                (ending, said) = journey.TryToSave();
            }

            ending.ShouldBe(new Ending(false, 0), $"yado checkpoint said: {said}\n{scene.Transcript}");
            journey.AwaitGone();
        }

        journey.Resume();
        scene.Create("go");
        journey.Wait().ShouldBe(new Ending(false, 0), scene.Transcript);
    }
}
