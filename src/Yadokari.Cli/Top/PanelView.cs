namespace Yadokari.Cli.Top;

/// <summary>The lines of a panel.</summary>
public static class PanelView
{
    public static void Add(List<TopLine> lines, TopPanel panel, int width, int room)
    {
        lines.Add(new(panel.Title, TopLook.Heading));
        lines.Add(new(""));
        string[] text = [.. panel.Lines.SelectMany(l => Fold(l, width))];
        int forText = Math.Max(0, room - 2 - panel.Choices.Count);
        int last = Math.Max(0, text.Length - forText);
        lines.AddRange(text.Skip(panel.AtEnd ? last : Math.Min(panel.Top, last)).Take(forText).Select(l => new TopLine(l)));
        int forChoices = Math.Max(1, room - 2 - Math.Min(text.Length, forText));
        int first = Math.Clamp(panel.Chosen - (forChoices / 2), 0, Math.Max(0, panel.Choices.Count - forChoices));
        for (int choice = first; choice < Math.Min(first + forChoices, panel.Choices.Count); choice++)
        {
            string key = choice < 9 ? $"{choice + 1} " : "  ";
            lines.Add(new(
                $"{(choice == panel.Chosen ? "Enter" : "     ")}  {key} {panel.Choices[choice].Text}",
                choice == panel.Chosen ? TopLook.Chosen : panel.Choices[choice].Wish is null ? TopLook.Quiet : TopLook.Plain));
        }
    }

    /// <summary>A long line goes on below: what stands in its way is told to its end.</summary>
    private static IEnumerable<string> Fold(string line, int width)
    {
        line = Engine.PlainText.Of(line);
        while (Cells.Width(line) > width && width > 1)
        {
            string part = Cells.Cut(line, width)[..^1];
            int end = part.LastIndexOf(' ') is var blank && blank > width / 2 ? blank + 1 : part.Length;
            if (end == 0)
            {
                break;
            }

            yield return line[..end].TrimEnd();
            line = line[end..];
        }

        yield return line;
    }
}
