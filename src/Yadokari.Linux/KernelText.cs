using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Yadokari.Linux;

/// <summary>
/// Names as the kernel has them (paths, names of threads, sockets and memory files) are bytes without a zero. Here they are
/// strings: UTF-8 is decoded, and a byte that is no part of it becomes the character U+10FE00 + byte, so that
/// <see cref="Encode"/> gives back the very bytes. The characters U+10FE80 … U+10FEFF themselves, private ones that nobody
/// has in names, are taken for such bytes too: no two names have one string.
/// </summary>
public static class KernelText
{
    private const int FirstEscape = 0x10fe80;
    private const int LastEscape = 0x10feff;
    private const int EscapeBase = 0x10fe00;

    /// <summary>Every escape begins with this half of a surrogate pair.</summary>
    private const char EscapeStart = '\udbff';

    /// <summary>The string of a name.</summary>
    public static string Decode(ReadOnlySpan<byte> name)
    {
        // In UTF-8 an escape begins with F4.
        if (Utf8.IsValid(name) && name.IndexOf((byte)0xf4) < 0)
        {
            return Encoding.UTF8.GetString(name);
        }

        StringBuilder text = new(name.Length);
        Span<char> characters = stackalloc char[2];
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(name, out Rune rune, out int length) == System.Buffers.OperationStatus.Done
                && rune.Value is < FirstEscape or > LastEscape)
            {
                text.Append(characters[..rune.EncodeToUtf16(characters)]);
            }
            else
            {
                length = 1;
                text.Append(characters[..new Rune(EscapeBase + name[0]).EncodeToUtf16(characters)]);
            }

            name = name[length..];
        }

        return text.ToString();
    }

    /// <summary>The bytes of a name, without a zero behind them.</summary>
    public static byte[] Encode(string text)
    {
        if (!text.Contains(EscapeStart))
        {
            return Encoding.UTF8.GetBytes(text);
        }

        using MemoryStream bytes = new(text.Length);
        Span<byte> encoded = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value is >= FirstEscape and <= LastEscape)
            {
                bytes.WriteByte((byte)(rune.Value - EscapeBase));
            }
            else
            {
                bytes.Write(encoded[..rune.EncodeToUtf8(encoded)]);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>The bytes of a name with the zero that system calls expect.</summary>
    public static byte[] EncodeTerminated(string text) => Encode(text + '\0');

    /// <summary>For people, in one line: what no terminal should get and what is no UTF-8 as \xNN.</summary>
    public static string Show(string text)
    {
        if (!text.Contains(EscapeStart) && !text.Any(char.IsControl))
        {
            return text;
        }

        StringBuilder shown = new(text.Length + 16);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool escape = rune.Value is >= FirstEscape and <= LastEscape;
            if (escape || Rune.IsControl(rune))
            {
                shown.Append("\\x").Append((escape ? rune.Value - EscapeBase : rune.Value).ToString("x2", CultureInfo.InvariantCulture));
            }
            else
            {
                shown.Append(rune.ToString());
            }
        }

        return shown.ToString();
    }
}
