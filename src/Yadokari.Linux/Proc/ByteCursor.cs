using System.Buffers.Text;

namespace Yadokari.Linux.Proc;

/// <summary>Walks the bytes of a /proc text: lines, words and numbers, without allocating.</summary>
internal ref struct ByteCursor(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public readonly bool IsEmpty => _rest.IsEmpty;

    /// <summary>The next line without its line feed; false at the end.</summary>
    public bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        if (_rest.IsEmpty)
        {
            line = default;
            return false;
        }

        int end = _rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            line = _rest;
            _rest = default;
        }
        else
        {
            line = _rest[..end];
            _rest = _rest[(end + 1)..];
        }

        return true;
    }

    /// <summary>Passes over spaces and tabs.</summary>
    public void SkipBlanks()
    {
        int at = 0;
        while (at < _rest.Length && _rest[at] is (byte)' ' or (byte)'\t')
        {
            at++;
        }

        _rest = _rest[at..];
    }

    /// <summary>Passes over one expected text; false when something else stands there.</summary>
    public bool Skip(ReadOnlySpan<byte> expected)
    {
        if (!_rest.StartsWith(expected))
        {
            return false;
        }

        _rest = _rest[expected.Length..];
        return true;
    }

    /// <summary>Passes to just behind the text; false (and no move) when it does not occur.</summary>
    public bool SkipPast(ReadOnlySpan<byte> text)
    {
        int at = _rest.IndexOf(text);
        if (at < 0)
        {
            return false;
        }

        _rest = _rest[(at + text.Length)..];
        return true;
    }

    /// <summary>Blanks, then everything up to the next blank.</summary>
    public ReadOnlySpan<byte> ReadWord()
    {
        SkipBlanks();
        int end = _rest.IndexOfAny((byte)' ', (byte)'\t', (byte)'\n');
        ReadOnlySpan<byte> word = end < 0 ? _rest : _rest[..end];
        _rest = _rest[word.Length..];
        return word;
    }

    /// <summary>Blanks, then a decimal number; false when there is none.</summary>
    public bool TryReadDecimal(out long value)
    {
        SkipBlanks();
        if (!Utf8Parser.TryParse(_rest, out value, out int used))
        {
            return false;
        }

        _rest = _rest[used..];
        return true;
    }

    /// <summary>Blanks, then an unsigned decimal number; 0 when there is none.</summary>
    public ulong ReadUnsigned()
    {
        SkipBlanks();
        if (!Utf8Parser.TryParse(_rest, out ulong value, out int used))
        {
            return 0;
        }

        _rest = _rest[used..];
        return value;
    }

    /// <summary>Blanks, then a decimal number; 0 when there is none.</summary>
    public long ReadDecimal() => TryReadDecimal(out long value) ? value : 0;

    /// <summary>Blanks, then a hexadecimal number without prefix; 0 when there is none.</summary>
    public ulong ReadHex()
    {
        SkipBlanks();
        ulong value = 0;
        int at = 0;
        for (; at < _rest.Length; at++)
        {
            byte c = _rest[at];
            uint digit;
            if (c is >= (byte)'0' and <= (byte)'9')
            {
                digit = (uint)(c - '0');
            }
            else if (c is >= (byte)'a' and <= (byte)'f')
            {
                digit = (uint)(c - 'a' + 10);
            }
            else if (c is >= (byte)'A' and <= (byte)'F')
            {
                digit = (uint)(c - 'A' + 10);
            }
            else
            {
                break;
            }

            value = (value << 4) | digit;
        }

        _rest = _rest[at..];
        return value;
    }

    /// <summary>Blanks, then an octal number; 0 when there is none.</summary>
    public ulong ReadOctal()
    {
        SkipBlanks();
        ulong value = 0;
        int at = 0;
        for (; at < _rest.Length && _rest[at] is >= (byte)'0' and <= (byte)'7'; at++)
        {
            value = (value << 3) | (uint)(_rest[at] - '0');
        }

        _rest = _rest[at..];
        return value;
    }
}
