using Shouldly;
using Spectre.Console;
using Spectre.Console.Rendering;
using Xunit;

namespace Yadokari.Cli.Tests.Progress;

public class FiguresColumnTests
{
    private readonly FiguresColumn _column = new(new DownloadedColumn());

    [Fact]
    public void It_says_nothing_until_there_is_something_to_count() => Shown(new ProgressTask(0, "move", 100).IsIndeterminate()).ShouldBe("");

    [Fact]
    public void It_says_then_how_much_there_is() => Shown(new ProgressTask(0, "move", 2048)).ShouldContain("2");

    private string Shown(ProgressTask task)
    {
        RenderOptions options = RenderOptions.Create(AnsiConsole.Console, AnsiConsole.Console.Profile.Capabilities);
        return string.Concat(_column.Render(options, task, TimeSpan.Zero).Render(options, 80).Select(segment => segment.Text));
    }
}
