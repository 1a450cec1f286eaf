using System.Globalization;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Somebody at a terminal in which <c>yado top</c> is shown: what keys do, and how the terminal is left.</summary>
public sealed class TopKeysTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    [Fact]
    public void Keys_move_a_job_take_it_back_and_ask_why()
    {
        hosts.Start("h1", "keyed", "sleep", "1000");
        using ForegroundJob top = Shown("keyed", 24, 100);
        Says(top, "keyed");
        top.Feed("/keye\rm");
        Says(top, "Move keyed from h1 to");
        top.Feed("\r");
        Says(top, "u takes it back");
        hosts.Job("h1", "keyed").GetProperty("host").GetString().ShouldBe("h2");
        Until.Holds(() => top.Output.Contains("keyed  h2", StringComparison.Ordinal), () => "the next picture does not come");
        top.Feed("u");
        Says(top, "keyed runs on h1");
        hosts.Job("h1", "keyed").GetProperty("host").GetString().ShouldBe("h1");
        top.Feed("?");
        Says(top, "No job is moved by itself");
        top.Feed("q\r");
        Says(top, "PROCESS");
        top.Feed("qq");

        Ending ending = top.End();
        ending.Status.ShouldBe(0, ending.Errors);
        ending.Errors.ShouldContain("terminal as before");
    }

    [Fact]
    public void A_drain_is_shown_before_it_is_done()
    {
        hosts.Start("h2", "drained", "sleep", "1000");
        using ForegroundJob top = Shown("drained", 40, 120);
        top.Feed("/drained\rd");
        Says(top, "Drain which host?");
        top.Feed("\r");
        Says(top, "moves to h1");
        hosts.Job("h1", "drained").GetProperty("host").GetString().ShouldBe("h2");
        top.Feed("\r");
        Says(top, "h2 is drained: ");
        hosts.Job("h1", "drained").GetProperty("host").GetString().ShouldBe("h1");
        Until.Holds(() => top.Output.Contains("draining", StringComparison.Ordinal), () => "the host does not show it");
        top.Feed("d");
        Says(top, "lets it take jobs again");
        top.Feed("2");
        Says(top, "h2 takes jobs again");
        top.Feed("q");
        top.End().Errors.ShouldContain("terminal as before");
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public void The_terminal_is_put_back_whatever_stops_or_ends_it(string signal)
    {
        const string other = "\e[?1049h", back = "\e[?1049l";
        hosts.Start("h1", "watched" + signal, "sleep", "1000");
        using ForegroundJob top = Shown("watched" + signal, 24, 80);
        Says(top, "watched" + signal);
        top.Feed([0xfe, .. "30 120\n"u8]);
        Until.Holds(() => top.Output.Split("\r\n").Any(l => l.Contains("l log  h keys", StringComparison.Ordinal)), () => "the wider window is not used");
        string pid = hosts.On("h1", "pgrep", "-f", "^([^ ]*/)?yado top$").Succeeds().Output.Trim();
        hosts.On("h1", "kill", "-TSTP", pid).Succeeds();
        Until.Holds(
            () => hosts.On("h1", "cat", $"/proc/{pid}/stat").Output.Contains(") T ", StringComparison.Ordinal), () => "it does not stop");
        Says(top, back);
        hosts.On("h1", "kill", "-CONT", pid).Succeeds();
        Until.Holds(() => top.Output.Split(other).Length == 3, () => "the screen does not come back");
        hosts.On("h1", "kill", "-" + signal, pid).Succeeds();

        Ending ending = top.End();
        ending.Errors.ShouldContain("terminal as before");
        ending.Output.LastIndexOf(back, StringComparison.Ordinal).ShouldBeGreaterThan(ending.Output.LastIndexOf(other, StringComparison.Ordinal));
    }

    private ForegroundJob Shown(string job, int rows, int columns) =>
        ForegroundJob.Shell(hosts, "h1", job, string.Create(CultureInfo.InvariantCulture, $"exec python3 {Yado.Root()}/tests/Lab/programs/terminal.py {rows} {columns} yado top"));

    private static void Says(ForegroundJob top, string text) =>
        Until.Holds(() => top.Output.Contains(text, StringComparison.Ordinal), () => $"'{text}' is not on the screen: {top.Output[^Math.Min(4000, top.Output.Length)..]}");
}
