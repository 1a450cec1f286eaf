using System.Text;

namespace Yadokari.Carry;

/// <summary>C code that is being written, indented by its braces.</summary>
internal sealed class CodeText(string headerPath)
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public void Add(string line)
    {
        if (line.StartsWith('}'))
        {
            _depth--;
        }
        _text.Append(' ', line.Length == 0 || line[0] == '#' ? 0 : _depth * 4).Append(line).Append('\n');
        if (line.EndsWith('{'))
        {
            _depth++;
        }
    }

    /// <summary>What the compiler says of the next line it says of this line of the header.</summary>
    public void At(int line) => Add($"#line {line} {Quote(headerPath)}");

    public override string ToString() => _text.ToString();

    public static string Quote(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
