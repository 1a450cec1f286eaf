using System.Globalization;
using Spectre.Console;

namespace Yadokari.Cli;

/// <summary>Text by the columns that it takes on a terminal: letters of some scripts, and pictures, take two, accents none.</summary>
public static class Cells
{
    public static int Width(string text) => Ascii(text) ? text.Length : text.GetCellWidth();

    /// <summary>Blanks behind it, up to a width.</summary>
    public static string Pad(string text, int width) => text + new string(' ', Math.Max(0, width - Width(text)));

    /// <summary>Its beginning, with … where something was left out; never more than the width.</summary>
    public static string Cut(string text, int width)
    {
        if (Width(text) <= width)
        {
            return text;
        }

        int end = 0;
        int taken = 0;
        TextElementEnumerator elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext() && taken + Width(elements.GetTextElement()) <= width - 1)
        {
            taken += Width(elements.GetTextElement());
            end = elements.ElementIndex + elements.GetTextElement().Length;
        }

        return width <= 0 ? "" : text[..end] + "…";
    }

    private static bool Ascii(string text) => System.Text.Ascii.IsValid(text);
}
