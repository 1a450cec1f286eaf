using System.Globalization;
using System.Text;

namespace Yadokari.Engine;

/// <summary>
/// Words of others (names of files, programs and hosts, their arguments, messages) as they may be shown: a character that a
/// terminal would obey instead of drawing it is written out, <c>\x1b</c> or <c>\u202e</c>. These are C0 with line feed and tab, DEL,
/// C1, the marks, embeddings, overrides and isolates of bidirectional text, and Unicode's own line ends.
/// </summary>
public static class PlainText
{
    /// <summary>One line without anything that a terminal obeys.</summary>
    public static string Of(string text) => Escape(text, keepLines: false);

    /// <summary>As <see cref="Of"/>, but line feeds and tabs stay.</summary>
    public static string OfLines(string text) => Escape(text, keepLines: true);

    /// <summary>A terminal obeys it, or it changes the order of what stands around it.</summary>
    public static bool IsObeyed(char letter) =>
        char.IsControl(letter) // C0, DEL, C1
        || letter is '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\ufeff';

    private static string Escape(string text, bool keepLines)
    {
        if (!text.Any(IsObeyed))
        {
            return text;
        }

        StringBuilder plain = new(text.Length + 16);
        foreach (char letter in text)
        {
            _ = letter switch
            {
                '\n' or '\t' when keepLines => plain.Append(letter),
                '\n' => plain.Append("\\n"),
                '\t' => plain.Append("\\t"),
                < '\u0080' when IsObeyed(letter) => plain.Append(CultureInfo.InvariantCulture, $"\\x{(int)letter:x2}"),
                _ when IsObeyed(letter) => plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => plain.Append(letter),
            };
        }

        return plain.ToString();
    }
}
