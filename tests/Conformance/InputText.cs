using System.Globalization;
using System.Text;

namespace Yadokari.Conformance;

/// <summary>What a program reads from its beginning to its end, in pieces between which it may be cut: always the same text.</summary>
/// <param name="FileName">In the scene.</param>
/// <param name="OnStandardInput">The program reads it there; otherwise its path is in the command.</param>
/// <param name="Ahead">How many bytes at least lie before the reader when it starts to run: more than it can read while it runs.</param>
/// <param name="Piece">The n-th piece.</param>
internal sealed record InputText(string FileName, bool OnStandardInput, int Ahead, Func<int, ReadOnlyMemory<byte>> Piece)
{
    private const int BytesOfWords = 1_000_000;
    private static readonly byte[] Vocabulary = SomeWords(4 * BytesOfWords);

    /// <summary>Random words, for a program that packs them.</summary>
    public static InputText Words { get; } = new("data.txt", false, 160_000_000, n => Vocabulary.AsMemory(n % 4 * BytesOfWords, BytesOfWords));

    /// <summary>Functions to calculate to 200 digits, a few a line and a line as long as a program's buffer, which it must not read far ahead.</summary>
    public static InputText Numbers { get; } = new("numbers.bc", false, 16_000_000, Calculations);

    /// <summary>Rows to insert and to count.</summary>
    public static InputText Statements { get; } = new("input.sql", true, 4_000_000, Inserts);

    public string In(Scene scene) => scene.File_(FileName);

    private static byte[] SomeWords(int bytes)
    {
        Random random = new(1991);
        string[] words = [.. Enumerable.Range(0, 5000).Select(_ => new string([.. Enumerable.Range(0, random.Next(2, 11)).Select(_ => (char)random.Next('a', 'z' + 1))]))];
        StringBuilder text = new(bytes + 16);
        while (text.Length < bytes)
        {
            text.Append(words[random.Next(words.Length)]).Append(random.Next(12) == 0 ? '\n' : ' ');
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static ReadOnlyMemory<byte> Calculations(int n)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"print {n + 1}, \" \"; a({n + 1}/7)*l({n + 2})+e(1/{n + 1})");
        return Encoding.ASCII.GetBytes((n == 0 ? "scale=200\n" : "") + line.PadRight(2000) + "\n");
    }

    private static ReadOnlyMemory<byte> Inserts(int n)
    {
        const string Tables = "PRAGMA cache_size=200;\nCREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, b TEXT);\nCREATE INDEX ta ON t(a);\n";
        string rows = string.Create(CultureInfo.InvariantCulture, $"""
            INSERT INTO t(a,b) WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n<3000)
            SELECT (n*7919+{n}*104729)%100003, printf('row %d of {n}', n) FROM c;
            SELECT {n}, count(*), max(id) FROM t WHERE a < 500;

            """);
        return Encoding.ASCII.GetBytes((n == 0 ? Tables : "") + rows);
    }
}
