using Spectre.Console;
using Spectre.Console.Rendering;

namespace Yadokari.Cli;

/// <summary>A column of a bar that is empty until there is something to count.</summary>
public sealed class FiguresColumn(ProgressColumn figures) : ProgressColumn
{
    protected override bool NoWrap => true;

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        task.IsIndeterminate ? Text.Empty : figures.Render(options, task, deltaTime);
}
