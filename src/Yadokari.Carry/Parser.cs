namespace Yadokari.Carry;

/// <summary>Reads a header of carried variables: declarations of C with marks, see mrpc.h.</summary>
internal sealed class Parser
{
    private static readonly HashSet<string> Qualifiers = ["const", "volatile"];
    private static readonly HashSet<string> Basic = ["char", "short", "int", "long", "float", "double", "signed", "unsigned", "_Bool"];

    private readonly string _text;
    private readonly List<Token> _tokens;
    private readonly List<Token> _directives = [];
    private readonly List<StructShape> _structs = [];
    private readonly List<Declaration> _variables = [];
    private readonly List<Finding> _findings = [];
    private string? _version;
    private string? _bound;
    private (string Function, int Line)? _after;
    private int _at;

    private Parser(string text)
    {
        _text = text;
        _tokens = Lexer.Cut(text);
    }

    private Token Current => _tokens[_at];

    /// <exception cref="HeaderException">It can't be read.</exception>
    public static CarryHeader Read(string text)
    {
        Parser parser = new(text);
        parser.ReadAll();
        if (parser._version is null)
        {
            parser._findings.Add(new Finding(1, "CARRY_VERSION(number) is missing: it says which states this program understands"));
        }
        return parser._findings.Count > 0
            ? throw new HeaderException(parser._findings)
            : new CarryHeader
            {
                Directives = parser._directives,
                Structs = parser._structs,
                Variables = parser._variables,
                Version = parser._version!,
                Bound = parser._bound,
                After = parser._after,
            };
    }

    private void ReadAll()
    {
        while (Current.Kind != TokenKind.End)
        {
            int start = _at;
            try
            {
                ReadOne();
            }
            catch (HeaderException failure)
            {
                // The next declaration may be wrong as well: all are told at once.
                _findings.AddRange(failure.Findings);
                _at = Math.Max(_at, start + 1);
                while (Current.Kind is not (TokenKind.End or TokenKind.Directive) && !_tokens[_at - 1].Is(";") && !Current.Is("extern"))
                {
                    _at++;
                }
            }
        }
    }

    private void ReadOne()
    {
        Token token = Current;
        switch (token)
        {
            case { Kind: TokenKind.Directive }:
                _at++;
                TakeDirective(token);
                break;
            case { Text: ";" }:
                _at++;
                break;
            case { Text: "CARRY_VERSION" }:
                _version = Argument();
                break;
            case { Text: "CARRY_BOUND" }:
                _bound = Argument();
                break;
            case { Text: "CARRY_AFTER" }:
                _after = (Argument(), token.Line);
                break;
            case { Text: "CARRY_STRUCT" }:
                ReadDescribedStruct();
                break;
            case { Text: "struct" } when _tokens[_at + 1].Kind == TokenKind.Word && _tokens[_at + 2].Is("{"):
                ReadDefinedStruct();
                break;
            case { Text: "extern" }:
                _at++;
                foreach (Declaration variable in ReadDeclarations())
                {
                    if (_variables.Any(v => v.Name == variable.Name))
                    {
                        throw Wrong(variable.Line, $"'{variable.Name}' is declared twice");
                    }
                    _variables.Add(variable);
                }
                break;
            default:
                throw Wrong(token.Line, $"'{token.Text}' is not expected here: a carried variable is declared with extern, as 'extern int count;'");
        }
    }

    private void TakeDirective(Token directive)
    {
        string[] words = directive.Text[1..].Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
        switch (words)
        {
            case ["include", ..] or ["include_next", ..] or ["define", ..] or ["undef", ..]:
                _directives.Add(directive with { Text = directive.Text });
                break;
            case ["pragma", ..] or []:
                break;
            // The guard of the header.
            case ["ifndef", var name, ..] when Current.Kind == TokenKind.Directive && Current.Text[1..].Trim().StartsWith("define " + name, StringComparison.Ordinal):
                _at++;
                break;
            case ["endif", ..] when Current.Kind == TokenKind.End:
                break;
            default:
                throw Wrong(directive.Line, $"'{directive.Text}': what is carried can't depend on conditions, for it has to be the same on every host");
        }
    }

    private void ReadDescribedStruct()
    {
        int line = Current.Line;
        _at++;
        Expect("(");
        string type = ReadType(line);
        Expect(",");
        List<Declaration> members = [];
        while (!Current.Is(")"))
        {
            members.AddRange(ReadDeclarations());
        }
        _at++;
        Add(new StructShape(type, members, line));
    }

    private void ReadDefinedStruct()
    {
        int line = Current.Line;
        string type = $"struct {_tokens[_at + 1].Text}";
        _at += 3;
        List<Declaration> members = [];
        while (!Current.Is("}"))
        {
            members.AddRange(ReadDeclarations());
        }
        _at++;
        Expect(";");
        Add(new StructShape(type, members, line));
    }

    private void Add(StructShape shape)
    {
        if (_structs.Any(s => s.Type == shape.Type))
        {
            throw Wrong(shape.Line, $"{shape.Type} is described twice");
        }
        _structs.Add(shape);
    }

    private List<Declaration> ReadDeclarations()
    {
        int line = Current.Line;
        string type = ReadType(line);
        List<Declaration> declarations = [];
        do
        {
            declarations.Add(ReadDeclarator(type));
        }
        while (TrySkip(","));
        Expect(";");
        return declarations;
    }

    private string ReadType(int line)
    {
        List<string> words = [];
        while (Current.Kind == TokenKind.Word)
        {
            string word = Current.Text;
            if (Qualifiers.Contains(word))
            {
                _at++;
            }
            else if (word is "static" or "register" or "typedef" or "extern" or "_Thread_local" or "__thread")
            {
                throw Wrong(line, $"'{word}' is not for carried variables: say extern and the type, whatever stands in the source");
            }
            else if (word is "struct" or "enum" or "union" && words.Count == 0)
            {
                words.Add(word);
                _at++;
                words.Add(Take(TokenKind.Word, "a name"));
                break;
            }
            else if (Basic.Contains(word) ? words.TrueForAll(Basic.Contains) : words.Count == 0)
            {
                words.Add(word);
                _at++;
            }
            else
            {
                break;
            }
        }
        while (Qualifiers.Contains(Current.Text))
        {
            _at++;
        }
        return words.Count > 0 ? string.Join(' ', words) : throw Wrong(Current.Line, $"a type is expected, not '{Current.Text}'");
    }

    private Declaration ReadDeclarator(string type)
    {
        int line = Current.Line;
        int depth = 0;
        while (TrySkip("*"))
        {
            depth++;
            while (Qualifiers.Contains(Current.Text) || Current.Text == "restrict")
            {
                _at++;
            }
        }
        if (Current.Is("("))
        {
            throw Wrong(line, "a pointer to a function or an array can't be carried: its value means nothing on another host");
        }
        string name = Take(TokenKind.Word, "a name");
        if (Current.Is("("))
        {
            throw Wrong(line, $"'{name}' is a function: only variables are carried");
        }
        if (Current.Is(":"))
        {
            throw Wrong(line, $"'{name}' is a bit field: move its struct by a function, CARRY_XDR(function)");
        }
        List<string> dimensions = [];
        while (TrySkip("["))
        {
            string dimension = Balanced("]");
            if (dimension.Length == 0)
            {
                throw Wrong(line, $"'{name}' needs the number of its elements between the brackets");
            }
            dimensions.Add(dimension);
        }
        return new Declaration(type, depth, name, dimensions, ReadMarks(), line);
    }

    private Marks ReadMarks()
    {
        Marks marks = new();
        while (Current.Kind == TokenKind.Word)
        {
            Token mark = Current;
            marks = mark.Text switch
            {
                "CARRY_STRING" => marks with { StringMost = Argument() },
                "CARRY_COUNT" => marks with { Counted = TwoArguments() },
                "CARRY_LIST" => marks with { List = TwoArguments() },
                "CARRY_XDR" => marks with { Xdr = Argument() },
                "CARRY_HOOK" => marks with { Hook = Argument() },
                "CARRY_ONE" => Plain(marks with { One = true }),
                "CARRY_LINK" => Plain(marks with { Link = true }),
                "CARRY_NOT" => Plain(marks with { Not = true }),
                _ => throw Wrong(mark.Line, $"'{mark.Text}' is not expected here: is a mark misspelt, or a ; missing?"),
            };
        }
        return marks;
    }

    private Marks Plain(Marks marks)
    {
        _at++;
        return marks;
    }

    /// <summary>What stands in the parentheses behind the word here.</summary>
    private string Argument()
    {
        Token word = Current;
        _at++;
        Expect("(");
        string argument = Balanced(")");
        return argument.Length > 0 ? argument : throw Wrong(word.Line, $"{word.Text} needs something in its parentheses");
    }

    private (string First, string Second) TwoArguments()
    {
        Token word = Current;
        _at++;
        Expect("(");
        string first = Balanced(",");
        string second = Balanced(")");
        return first.Length > 0 && second.Length > 0 ? (first, second) : throw Wrong(word.Line, $"{word.Text} needs two arguments: a name and the most there may be");
    }

    private string Balanced(string end)
    {
        int start = _at;
        int line = Current.Line;
        for (int depth = 0; depth > 0 || !Current.Is(end); _at++)
        {
            if (Current.Kind is TokenKind.End or TokenKind.Directive || Current.Is(";"))
            {
                throw Wrong(line, $"'{end}' is missing");
            }
            depth += Current.Is("(") || Current.Is("[") ? 1 : Current.Is(")") || Current.Is("]") ? -1 : 0;
            if (depth < 0)
            {
                throw Wrong(line, $"'{end}' is missing");
            }
        }
        // As it is written, in one line.
        string inside = _text[_tokens[start].Start.._tokens[_at++].Start];
        return string.Join(' ', inside.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private bool TrySkip(string symbol)
    {
        if (!Current.Is(symbol))
        {
            return false;
        }
        _at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!TrySkip(symbol))
        {
            throw Wrong(Current.Line, $"'{symbol}' is expected before '{Current.Text}'");
        }
    }

    private string Take(TokenKind kind, string what) =>
        Current.Kind == kind ? _tokens[_at++].Text : throw Wrong(Current.Line, $"{what} is expected, not '{Current.Text}'");

    private static HeaderException Wrong(int line, string message) => new(new Finding(line, message));
}
