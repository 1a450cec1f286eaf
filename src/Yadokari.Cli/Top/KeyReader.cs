using System.Globalization;
using System.Text;

namespace Yadokari.Cli.Top;

/// <summary>Keys from the bytes that a terminal sends for them (as xterm does: ESC [ … letter, ESC O letter). What comes in pieces is
/// kept until it is whole.</summary>
public sealed class KeyReader
{
    private const byte Escape = 0x1b;

    /// <summary>Longer than any key's: what else begins like one is thrown away.</summary>
    private const int LongestSequence = 32;

    private readonly List<byte> _held = [];

    /// <summary>What was read may be the beginning of a key: more is expected at once, if there is more.</summary>
    public bool IsHalf => _held.Count > 0;

    public IReadOnlyList<TopKey> Read(ReadOnlySpan<byte> bytes)
    {
        _held.AddRange(bytes);
        List<TopKey> keys = [];
        int at = 0;
        while (at < _held.Count && Length(at) is int length and > 0)
        {
            keys.AddRange(KeysOf(at, length));
            at += length;
        }

        _held.RemoveRange(0, at);
        return keys;
    }

    /// <summary>Nothing more came: what is held is what it is.</summary>
    public IReadOnlyList<TopKey> Flush()
    {
        bool escaped = _held is [Escape];
        _held.Clear();
        return escaped ? [new(TopKeyKind.Escape)] : [];
    }

    /// <summary>Bytes of the key that begins there; 0: it is not whole.</summary>
    private int Length(int at)
    {
        int left = _held.Count - at;
        byte first = _held[at];
        if (first == Escape)
        {
            if (left < 2)
            {
                return 0;
            }

            if (_held[at + 1] is not ((byte)'[' or (byte)'O'))
            {
                return 1;
            }

            for (int end = at + 2; end < _held.Count; end++)
            {
                if (_held[end] is >= 0x40 and <= 0x7e)
                {
                    return end - at + 1;
                }
            }

            return left > LongestSequence ? left : 0;
        }

        int wanted = first switch { >= 0xf8 => 1, >= 0xf0 => 4, >= 0xe0 => 3, >= 0xc0 => 2, _ => 1 };
        for (int next = 1; next < Math.Min(wanted, left); next++)
        {
            if (_held[at + next] is < 0x80 or > 0xbf)
            {
                // It was no UTF-8: what follows is a key of its own.
                return next;
            }
        }

        return left < wanted ? 0 : wanted;
    }

    private IEnumerable<TopKey> KeysOf(int at, int length)
    {
        byte[] bytes = [.. _held.GetRange(at, length)];
        switch (bytes)
        {
            case [Escape]:
                return [new(TopKeyKind.Escape)];
            case [Escape, ..]:
                return [new(Named(bytes))];
            case [(byte)'\r' or (byte)'\n']:
                return [new(TopKeyKind.Enter)];
            case [0x7f or 0x08]:
                return [new(TopKeyKind.Backspace)];
            case [< 0x20]:
                return [new(TopKeyKind.Other)];
            default:
                string text = Encoding.UTF8.GetString(bytes);
                return text.Contains('\ufffd') || text.Any(char.IsControl) || CharUnicodeInfo.GetUnicodeCategory(text, 0) == UnicodeCategory.Format
                    ? [new(TopKeyKind.Other)]
                    : [TopKey.Typed(text)];
        }
    }

    private static TopKeyKind Named(byte[] bytes) => Encoding.ASCII.GetString(bytes, 2, bytes.Length - 2) switch
    {
        "A" => TopKeyKind.Up,
        "B" => TopKeyKind.Down,
        "H" or "1~" or "7~" => TopKeyKind.Home,
        "F" or "4~" or "8~" => TopKeyKind.End,
        "5~" => TopKeyKind.PageUp,
        "6~" => TopKeyKind.PageDown,
        "M" => TopKeyKind.Enter,
        _ => TopKeyKind.Other,
    };
}
