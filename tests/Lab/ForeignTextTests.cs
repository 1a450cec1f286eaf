using System.Text;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Names and words of others reach no terminal as anything that it obeys.</summary>
public sealed class ForeignTextTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    /// <summary>Sets a title, clears the screen, moves up, a C1 CSI, DEL, an override of the direction, a line end.</summary>
    private const string Evil = "\u001b]0;owned\u0007\u001b[2J\r\u001b[1A\u009b31m\u007f\u202etxt.exe\u2066\u2028\nroot  h1  running";

    [Fact]
    public void Arguments_of_a_job_are_words_in_a_line_of_ps_and_top()
    {
        hosts.Start("h1", "evil", "sh", "-c", "sleep 1000", Evil);
        try
        {
            foreach (string[] command in (string[][])[["ps"], ["ps", "--all"], ["top", "--once"]])
            {
                string shown = hosts.YadoOn("h1", command).Succeeds().Output;
                ShouldBePlain(shown);
                shown.Split('\n').Count(line => line.Contains("owned", StringComparison.Ordinal)).ShouldBe(1, shown);
                shown.Split('\n').ShouldNotContain(line => line.StartsWith("root  h1", StringComparison.Ordinal));
                shown.ShouldContain(@"\x1b]0;owned\x07");
            }
        }
        finally
        {
            hosts.YadoOn("h1", "kill", "evil").Succeeds();
        }
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("resume")]
    [InlineData("move")]
    [InlineData("wait")]
    [InlineData("")]
    public void A_word_that_is_refused_is_told_in_one_plain_line(string command)
    {
        string[] arguments = command.Length == 0 ? [Evil] : command == "move" ? [command, Evil, "h2"] : [command, Evil];
        Ending ending = hosts.YadoOn("h1", arguments);
        ending.Status.ShouldNotBe(0);
        ShouldBePlain(ending.Output + ending.Errors);
        ending.Errors.TrimEnd('\n').ShouldNotContain("\n");
        ending.Errors.ShouldContain("owned");
    }

    /// <summary>Of the process itself and of its files: the manifest is somebody else's.</summary>
    [Fact]
    public void Inspect_shows_names_as_they_are_without_obeying_them()
    {
        string name = Evil.Replace("/", "", StringComparison.Ordinal);
        string directory = Directory.CreateDirectory(hosts.File_("foreign")).FullName;
        File.WriteAllText(Path.Combine(directory, name), "x");
        string file = Path.Combine(directory, "saved.ctx");
        hosts.On("h1", "sh", "-c", $"cd {directory} && set -- *root* && exec 7<\"$1\" && setsid sh -c 'echo $$ >pid; exec sleep 1000' \"$(cat /proc/self/fd/7)\" </dev/null >/dev/null 2>&1 &").Succeeds();
        Until.Holds(() => File.Exists(Path.Combine(directory, "pid")) && File.ReadAllText(Path.Combine(directory, "pid")).EndsWith('\n'), () => "the program does not start");
        string pid = File.ReadAllText(Path.Combine(directory, "pid")).Trim();
        hosts.YadoOn("h1", "checkpoint", pid, "-o", file).Succeeds();
        foreach (string[] command in (string[][])[["inspect", file], ["inspect", "--plan", file], ["inspect", "--json", file]])
        {
            string shown = hosts.YadoOn("h1", command).Succeeds().Output;
            ShouldBePlain(shown);
            shown.ShouldContain("owned");
        }

        // The file itself, where what it needs is gone: what it says is compiled into it.
        File.Delete(Path.Combine(directory, name));
        Ending ending = hosts.On("h1", file);
        ending.Status.ShouldBe(5);
        ShouldBePlain(ending.Errors);
        ending.Errors.ShouldContain("owned");
    }

    private static void ShouldBePlain(string shown)
    {
        foreach (Rune rune in shown.EnumerateRunes())
        {
            bool obeyed = rune.Value is (< 0x20 and not '\n') or (>= 0x7f and < 0xa0) or (>= 0x200e and <= 0x200f) or (>= 0x2028 and <= 0x202e) or (>= 0x2066 and <= 0x2069);
            obeyed.ShouldBeFalse($"U+{rune.Value:X4} in {shown}");
        }
    }
}
