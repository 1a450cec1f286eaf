using Shouldly;
using Xunit;

namespace Yadokari.Conformance;

/// <summary>Another program of the same user makes System V objects that nobody can be named for, and removes them: a job that has
/// none of them is saved all the same, whatever comes and goes while it stands still.</summary>
public class SystemVNeighbourTests : IClassFixture<CompiledPrograms>
{
    private const int Saves = 10;

    /// <summary>A set that nobody changed, a queue that nobody used, and a segment whose creator has ended. 512 is IPC_CREAT, key 0 IPC_PRIVATE.</summary>
    private const string Neighbour = """
        import ctypes, os, time
        kernel = ctypes.CDLL(None)
        key = 0x59000000 | os.getpid()
        made = 0
        while not os.path.exists("stop"):
            if os.fork() == 0:
                kernel.shmget(key, 4096, 512 | 0o600)
                os._exit(0)
            os.wait()
            semaphores, queue, memory = kernel.semget(0, 3, 0o600), kernel.msgget(0, 0o600), kernel.shmget(key, 0, 0)
            time.sleep(0.001)
            kernel.semctl(semaphores, 0, 0)
            kernel.msgctl(queue, 0, None)
            kernel.shmctl(memory, 0, None)
            made += 1
            if made == 1:
                open("neighbour", "x").close()
        """;

    [SkippableFact]
    public void Objects_that_come_and_go_beside_it_do_not_keep_a_program_from_being_saved()
    {
        using Scene scene = new("neighbour", uid: null);
        string copy = scene.Compiled("anonymous_memory_keeps_its_content");
        using Journey journey = Journey.Start(scene, [copy]);
        journey.Await("ready");
        using Launched neighbour = scene.Start("neighbour", ["/usr/bin/python3", "-c", Neighbour]);
        try
        {
            Until.Holds(() => scene.Has("neighbour"), () => $"the first objects\n{scene.Transcript}");
            for (int save = 0; save < Saves; save++)
            {
                journey.SaveAndRunOn();
            }

            neighbour.IsOver.ShouldBeFalse(scene.Transcript);
        }
        finally
        {
            scene.Create("stop");
            neighbour.Wait(() => $"the neighbour to end\n{scene.Transcript}");
        }

        journey.Answer();
        scene.Create("go");
        journey.Wait().ShouldBe(new Ending(false, 0), scene.Transcript);
    }
}
