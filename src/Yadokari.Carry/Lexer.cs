using System.Text;

namespace Yadokari.Carry;

/// <summary>Cuts a C header into tokens: no comments, directives whole.</summary>
internal sealed class Lexer(string text)
{
    private int _at;
    private int _line = 1;
    private bool _lineBegins = true;

    /// <exception cref="HeaderException">A comment or a string does not end.</exception>
    public static List<Token> Cut(string text)
    {
        Lexer lexer = new(text);
        List<Token> tokens = [];
        do
        {
            tokens.Add(lexer.Next());
        }
        while (tokens[^1].Kind != TokenKind.End);
        return tokens;
    }

    private Token Next()
    {
        SkipSpace();
        int line = _line;
        if (_at >= text.Length)
        {
            return new(TokenKind.End, "the end of the file", line, _at);
        }
        char c = text[_at];
        int start = _at;
        if (c == '#' && _lineBegins)
        {
            return new(TokenKind.Directive, ReadDirective(), line, start);
        }
        _lineBegins = false;
        if (char.IsAsciiLetter(c) || c == '_')
        {
            SkipWhile(IsWordPart);
            return new(TokenKind.Word, text[start.._at], line, start);
        }
        if (char.IsAsciiDigit(c))
        {
            SkipWhile(static d => IsWordPart(d) || d == '.');
            return new(TokenKind.Number, text[start.._at], line, start);
        }
        if (c is '"' or '\'')
        {
            ReadQuoted(c);
            return new(TokenKind.Text, text[start.._at], line, start);
        }
        _at++;
        return new(TokenKind.Symbol, c.ToString(), line, start);
    }

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private void SkipWhile(Func<char, bool> belongs)
    {
        while (_at < text.Length && belongs(text[_at]))
        {
            _at++;
        }
    }

    private void SkipSpace()
    {
        while (_at < text.Length)
        {
            if (text[_at] == '\n')
            {
                _line++;
                _lineBegins = true;
                _at++;
            }
            else if (char.IsWhiteSpace(text[_at]) || IsContinued())
            {
                _at++;
            }
            else if (!TrySkipComment())
            {
                return;
            }
        }
    }

    private bool IsContinued() => text[_at] == '\\' && _at + 1 < text.Length && text[_at + 1] is '\n' or '\r';

    private bool TrySkipComment()
    {
        if (string.CompareOrdinal(text, _at, "//", 0, 2) == 0)
        {
            SkipWhile(static c => c != '\n');
            return true;
        }
        if (string.CompareOrdinal(text, _at, "/*", 0, 2) != 0)
        {
            return false;
        }
        int end = text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new HeaderException(new Finding(_line, "a comment begins here and does not end"));
        }
        _line += text.AsSpan(_at, end - _at).Count('\n');
        _at = end + 2;
        return true;
    }

    private void ReadQuoted(char quote)
    {
        int line = _line;
        for (_at++; _at < text.Length && text[_at] != '\n'; _at++)
        {
            if (text[_at] == '\\')
            {
                _at++;
            }
            else if (text[_at] == quote)
            {
                _at++;
                return;
            }
        }
        throw new HeaderException(new Finding(line, "a quoted text begins here and does not end in this line"));
    }

    private string ReadDirective()
    {
        StringBuilder directive = new();
        while (_at < text.Length && text[_at] != '\n')
        {
            if (TrySkipComment())
            {
                directive.Append(' ');
            }
            else if (IsContinued())
            {
                _at = text.IndexOf('\n', _at) + 1;
                _line++;
                directive.Append(' ');
            }
            else
            {
                directive.Append(text[_at++]);
            }
        }
        return directive.ToString().Trim();
    }
}
