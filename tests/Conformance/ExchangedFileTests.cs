using Shouldly;
using Xunit;

namespace Yadokari.Conformance;

/// <summary>What <c>yado resume</c> has looked at is what it runs, whatever the file's name leads to a moment later.</summary>
public sealed class ExchangedFileTests : IClassFixture<CompiledPrograms>
{
    private const string Program = "anonymous_memory_keeps_its_content";
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int Rounds = 40;

    [Fact]
    public async Task A_file_that_is_exchanged_after_the_look_is_not_run()
    {
        using Scene scene = new("exchanged", uid: null);
        string copy = scene.Compiled(Program);
        using Journey journey = Journey.Start(scene, [copy]);
        journey.Await("ready");
        journey.Save();
        scene.Create("go");
        string name = scene.File_("job.ctx");
        string other = scene.File_("other");
        File.Move(journey.ContextFile, name);
        File.WriteAllText(other, $"#!/bin/sh\n: >'{scene.File_("hijacked")}'\n");
        File.SetUnixFileMode(other, Executable);

        using CancellationTokenSource over = new();
        Task exchange = Task.Run(() => Exchange(name, other, scene.File_("aside"), over.Token), CancellationToken.None);
        List<(Ending Ending, string Said)> answers = [];
        for (int round = 0; round < Rounds; round++)
        {
            answers.Add(Tool.Run(scene, "resume", name));
        }

        await over.CancelAsync();
        await exchange.WaitAsync(TimeSpan.FromSeconds(10));
        scene.Has("hijacked").ShouldBeFalse("a file ran that nobody had looked at");
        foreach ((Ending ending, string said) in answers)
        {
            // The job, to its end, or a word that there was no context file just then.
            ending.Killed.ShouldBeFalse(said);
            ending.Number.ShouldBeOneOf(0, 1, 4);
        }

        answers.ShouldContain(answer => answer.Ending.Number == 0, "the job itself was never run: nothing was tested");
        answers.ShouldContain(answer => answer.Ending.Number != 0, "no exchange was met: nothing was tested");
    }

    private static void Exchange(string name, string other, string aside, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            Swap();
            Swap();
        }

        void Swap()
        {
            File.Move(name, aside);
            File.Move(other, name);
            File.Move(aside, other);
            // As long as a look takes, or none would ever be through.
            for (int turn = 0; turn < 200 && !over.IsCancellationRequested; turn++)
            {
                Thread.Yield();
            }
        }
    }
}
