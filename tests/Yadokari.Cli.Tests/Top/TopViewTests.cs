using Shouldly;
using Xunit;
using Yadokari.Cli.Figures;
using Yadokari.Cli.Top;
using Yadokari.Protocol.Jobs;
using static Yadokari.Cli.Tests.Top.Seen;

namespace Yadokari.Cli.Tests.Top;

public sealed class TopViewTests
{
    private static readonly string[] Panels = ["", "m", "d", "h", "l", "/x"];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 3)]
    [InlineData(40, 8)]
    [InlineData(80, 24)]
    [InlineData(300, 100)]
    public void A_window_of_any_size_is_filled_and_never_more(int width, int height)
    {
        ClusterPicture picture = Picture(Enumerable.Range(0, 40).Select(i => $"ホスト{i}"), Enumerable.Range(0, 200).Select(i => Job($"貝🐚{i}", "ホスト1", JobState.Running, "計算", new string('長', 200))));
        foreach (string keys in Panels)
        {
            IReadOnlyList<TopLine> lines = TopView.Draw(Type(Screen(picture), keys).Screen, width, height);
            lines.Count.ShouldBe(height, $"'{keys}'");
            lines.ShouldAllBe(l => Cells.Width(l.Text) <= width);
        }
    }

    [Fact]
    public void The_selected_job_is_on_the_screen_and_marked_however_many_there_are()
    {
        ClusterPicture picture = Picture(["h1"], Enumerable.Range(0, 5000).Select(i => Job($"job{i:0000}", "h1")));
        TopScreen screen = Screen(picture);
        foreach (string name in (string[])["job0000", "job0017", "job2500", "job4999"])
        {
            IReadOnlyList<TopLine> lines = TopView.Draw(screen with { Chosen = "id-" + name }, 80, 24);
            lines.Single(l => l.Look == TopLook.Chosen).Text.ShouldStartWith(name);
        }

        TopView.Draw(screen with { Chosen = "id-job2500" }, 80, 24).ShouldContain(l => l.Text.Contains("before,", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_terminal_would_obey_is_written_out()
    {
        ClusterPicture picture = Picture(["h1"], Job("evil", "h1", JobState.Running, "x\e[2J\u009b\r\ny"));
        TopView.Draw(Screen(picture), 100, 24).ShouldAllBe(l => !l.Text.Any(char.IsControl));
        TopScreen log = Type(Screen(picture), "l").Screen;
        log = log.Filled(new TopPanel("Log", ["a\e]0;title\a"], [], log.Panel!.Shows));
        TopView.Draw(log, 100, 24).ShouldAllBe(l => !l.Text.Any(char.IsControl));
    }

    [Fact]
    public void A_log_shows_its_end_and_goes_up_by_keys()
    {
        TopScreen screen = Type(Screen(Picture(["h1"], Job("a", "h1"))), "l").Screen;
        screen = screen.Filled(new TopPanel("Log of a", [.. Enumerable.Range(0, 100).Select(i => $"line {i}")], [], screen.Panel!.Shows));
        Shown(screen)[^2].ShouldBe("line 99");
        screen = Press(screen, new TopKey(TopKeyKind.Home)).Screen;
        Shown(screen).ShouldContain("line 0");
        screen = Press(screen, new TopKey(TopKeyKind.End)).Screen;
        Shown(screen)[^2].ShouldBe("line 99");
    }

    [Fact]
    public void A_long_reason_is_told_to_its_end()
    {
        TopScreen screen = Type(Screen(Picture(["h1"], Job("a", "h1"))), "w").Screen;
        screen = screen.Filled(new TopPanel("Why", [string.Join(' ', Enumerable.Range(0, 60)) + " 貝殻END"], [], screen.Panel!.Shows));
        string.Concat(Shown(screen)).ShouldContain("END");
    }

    [Fact]
    public void Silence_of_the_daemon_and_of_a_host_is_seen()
    {
        ClusterPicture picture = Picture(["h1"], Job("a", "h1")) with { Hosts = [Host("h1"), Host("h2", answers: false)] };
        IReadOnlyList<TopLine> lines = TopView.Draw(Screen(picture) with { Silence = "no daemon" }, 80, 24);
        lines[1].ShouldBe(new TopLine("no daemon", TopLook.Trouble));
        lines.ShouldContain(l => l.Look == TopLook.Trouble && l.Text.StartsWith("h2", StringComparison.Ordinal));
    }

    private static string[] Shown(TopScreen screen) => [.. TopView.Draw(screen, 60, 20).Select(l => l.Text)];
}
