using System.Globalization;
using System.Text;

namespace Yadokari.Conformance;

/// <summary>A program that nobody wrote for this suite (or a cruncher in its language), with its work.</summary>
/// <param name="Name">As the test shows it.</param>
/// <param name="Gated">It goes on until the file <c>gate</c> exists, so it can be moved as often as one likes.</param>
/// <param name="Command">Made in a scene, for a given number of moves: more moves, more work.</param>
/// <param name="Input">A file of the scene that is its standard input, or none.</param>
/// <param name="Outputs">Files of the scene that it makes, besides what it prints.</param>
internal sealed record RealProgram(
    string Name,
    bool Gated,
    Func<Scene, int, IReadOnlyList<string>> Command,
    string? Input = null,
    params string[] Outputs)
{
    private const string Gate = "gate";

    private static string DotNet { get; } = Path.GetFullPath(Path.Combine(
        Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "dotnet"));

    public static IReadOnlyList<RealProgram> All { get; } =
    [
        new("a static C program", true, (scene, _) => [Compiled(scene, "crunch_static"), scene.File_(Gate), "60"]),
        new("a dynamic C program", true, (scene, _) => [Compiled(scene, "crunch"), scene.File_(Gate), "60"]),
        new("16 threads with AVX and locks", true, (scene, _) => [Compiled(scene, "crunch_threads"), scene.File_(Gate), "120"]),
        new("python3 with numpy", true, (scene, _) => ["/usr/bin/python3", Script(scene, "crunch.py"), scene.File_(Gate), "60"]),
        new("perl", true, (scene, _) => ["/usr/bin/perl", Script(scene, "text.pl"), scene.File_(Gate), "60"]),
        new("node", true, (scene, _) => ["/usr/bin/node", Script(scene, "busy.js"), scene.File_(Gate), "16"]),
        new(".NET with many threads and a busy GC", true, (scene, _) => [DotNet, Published(scene), scene.File_(Gate), "40"]),
        new("gzip", false, (scene, moves) => ["/bin/gzip", "-9", "-n", "-c", Text(scene, moves > 1 ? 420 : 50)]),
        new("xz with two threads", false, (scene, moves) => ["/usr/bin/xz", "-6", "-T2", "--block-size=1MiB", "-c", Text(scene, moves > 1 ? 56 : 8)]),
        new("bc", false, (scene, moves) => ["/usr/bin/bc", "-l", "-q", Numbers(scene, moves > 1 ? 1200 : 100)]),
        new("sqlite3 writing a database file", false, (scene, moves) => ["/usr/bin/sqlite3", Statements(scene, moves > 1 ? 320 : 40)], "input.sql", "made.db"),
    ];

    public static RealProgram Named(string name) => All.Single(program => program.Name == name);

    /// <summary>What tells that it has gone on: the files it writes.</summary>
    public IEnumerable<string> Signs => [.. Outputs, Gate + ".beats", "01-job.out"];

    public void OpenGate(Scene scene) => scene.Create(Gate);

    private static string Compiled(Scene scene, string name) => Copy(Path.Combine(Checkout.Compiled, name), scene);

    private static string Script(Scene scene, string name) =>
        Copy(Path.Combine(Checkout.Root, "tests", "Conformance", "real", name), scene);

    private static string Published(Scene scene)
    {
        // Built with the tests, beside them.
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string built = Path.Combine(Checkout.Root, "tests", "Conformance", "dotnet-busy", "bin", configuration, "net10.0");
        foreach (string kind in (string[])["runtimeconfig.json", "deps.json"])
        {
            Copy(Path.Combine(built, $"dotnet-busy.{kind}"), scene);
        }

        return Copy(Path.Combine(built, "dotnet-busy.dll"), scene);
    }

    private static string Copy(string from, Scene scene)
    {
        string to = scene.File_(Path.GetFileName(from));
        File.Copy(from, to);
        return to;
    }

    /// <summary>Text of so many megabytes, always the same.</summary>
    private static string Text(Scene scene, int megabytes)
    {
        string path = scene.File_("data.txt");
        Random random = new(1991);
        string[] words = [.. Enumerable.Range(0, 5000).Select(_ => new string([.. Enumerable.Range(0, random.Next(2, 11)).Select(_ => (char)random.Next('a', 'z' + 1))]))];
        using StreamWriter writer = new(path, append: false, Encoding.ASCII, 1 << 20);
        for (long written = 0; written < megabytes * 1_000_000L;)
        {
            string word = words[random.Next(words.Length)];
            writer.Write(word);
            writer.Write(random.Next(12) == 0 ? '\n' : ' ');
            written += word.Length + 1;
        }

        return path;
    }

    private static string Numbers(Scene scene, int count)
    {
        string path = scene.File_("numbers.bc");
        File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture,
            $"scale=200\nfor (i=1;i<={count};i++) {{ print i, \" \"; a(i/7)*l(i+1)+e(1/i) }}\nquit\n"));
        return path;
    }

    private static string Statements(Scene scene, int count)
    {
        StringBuilder sql = new("PRAGMA cache_size=200;\nCREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, b TEXT);\nCREATE INDEX ta ON t(a);\n");
        for (int i = 1; i <= count; i++)
        {
            sql.Append(CultureInfo.InvariantCulture, $"""
                INSERT INTO t(a,b) WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n<5000)
                SELECT (n*7919+{i}*104729)%100003, printf('row %d of {i}', n) FROM c;
                SELECT {i}, count(*), max(a) FROM t;

                """);
        }

        File.WriteAllText(scene.File_("input.sql"), sql.ToString());
        return scene.File_("made.db");
    }
}
