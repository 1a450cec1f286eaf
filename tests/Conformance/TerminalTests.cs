using System.Globalization;
using Shouldly;
using Xunit;

namespace Yadokari.Conformance;

/// <summary>A program that has set its terminal, as editors do, finds it so in whatever terminal it goes on.</summary>
public class TerminalTests : IClassFixture<CompiledPrograms>
{
    [Theory]
    [InlineData(null)]
    [InlineData(65534u)]
    public void A_program_in_raw_mode_goes_on_in_another_terminal(uint? uid)
    {
        using Scene scene = new("terminal", Environment.IsPrivilegedProcess ? uid : null);
        string program = scene.Compiled("it_reads_keys");
        string file = scene.File_("job.ctx");
        using (Launched first = InTerminal(scene, "first", "24", "80", program))
        {
            Until.Holds(() => scene.Has("ready") && Read(scene, "first.mode") == "raw", () => $"raw mode\n{scene.Transcript}");
            Type(scene, "first", "ab");
            Until.Holds(() => Read(scene, "keys") == "ab", () => $"the first keys, not: {Read(scene, "keys")}");
            int pid = int.Parse(Read(scene, "first.child"), CultureInfo.InvariantCulture);
            (Ending ending, string said) = Tool.Checkpoint(scene, pid, file);
            ending.ShouldBe(new Ending(false, 0), said);
        }

        using Launched second = InTerminal(scene, "second", "30", "100", file);
        Until.Holds(() => second.IsOver || Read(scene, "second.mode") == "raw", () => $"raw mode again\n{scene.Transcript}");
        Until.Holds(() => second.IsOver || Read(scene, "window") == "30x100", () => $"word of the new window, not: {Read(scene, "window")}");
        Type(scene, "second", "cdq");
        second.Wait(() => $"the program to end; it has {Read(scene, "keys")}\n{scene.Transcript}").ShouldBe(new Ending(false, 0), scene.Transcript);
        Read(scene, "keys").ShouldBe("abcdq");
    }

    private static Launched InTerminal(Scene scene, string record, string rows, string columns, string program)
    {
        string helper = Path.Combine(Checkout.Compiled, "in_terminal");
        return scene.Start(record, [helper, scene.File_(record), rows, columns, program]);
    }

    private static string Read(Scene scene, string file) => scene.Has(file) ? File.ReadAllText(scene.File_(file)) : "";

    private static void Type(Scene scene, string record, string keys)
    {
        File.WriteAllText(scene.File_("typed"), keys);
        File.Move(scene.File_("typed"), scene.File_($"{record}.keys"));
    }
}
