using Shouldly;
using Xunit;

namespace Yadokari.Conformance;

/// <summary>Standard streams that are pipes or a terminal become those of whoever resumes.</summary>
public class StandardStreamTests : IClassFixture<CompiledPrograms>
{
    private const string Program = "it_reads_and_prints_on_both_sides";

    [Fact]
    public void Pipes_become_the_streams_of_whoever_resumes() =>
        Carry("(printf 'first\\n'; while [ ! -e go ]; do /bin/sleep 0.01; done) | '{0}' | cat > piped", "piped");

    [Fact]
    public void A_terminal_becomes_the_streams_of_whoever_resumes() =>
        // The newline that ends the terminal's line comes from a process that stays, so that the terminal does.
        Carry("(printf 'first\\n'; while [ ! -e go ]; do /bin/sleep 0.01; done) | /usr/bin/script -qec '{0}' /dev/null > piped", "piped");

    private static void Carry(string shell, string before)
    {
        using Scene scene = new("streams", uid: null);
        string copy = scene.Compiled(Program);
        using Launched started = scene.Start(
            "shell",
            ["/bin/sh", "-c", string.Format(System.Globalization.CultureInfo.InvariantCulture, shell, copy)],
            environment: new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" });
        Until.Holds(() => scene.Has("ready"), () => $"the program to be ready\n{scene.Transcript}");
        int pid = ProcessTable.Family(started.Pid).Last(pid => ProcessTable.Program(pid) == copy);

        string file = scene.File_("hop.ctx");
        (Ending ending, string said) = Tool.Checkpoint(scene, pid, file);
        ending.ShouldBe(new Ending(false, 0), said);

        File.WriteAllText(scene.File_("second"), "second\n");
        scene.Create("go");
        using Launched resumed = scene.Start("resume", [file], input: scene.File_("second"));
        resumed.Wait(() => $"the resumed program\n{scene.Transcript}").ShouldBe(new Ending(false, 0), scene.Transcript);
        File.ReadAllText(scene.Stream(scene.Started, "resume", "out")).ShouldBe("then second\n");
        started.Wait(() => $"the shell\n{scene.Transcript}");
        File.ReadAllText(scene.File_(before)).ShouldContain("now first");
    }
}
