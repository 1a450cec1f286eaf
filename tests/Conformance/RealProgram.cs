namespace Yadokari.Conformance;

/// <summary>A program that nobody wrote for this suite (or a cruncher in its language), with its work. It goes on until it is let
/// end: some look for the file <c>gate</c>, the others read an input that has no end before the test makes one.</summary>
/// <param name="Name">As the test shows it.</param>
/// <param name="Command">Made in a scene.</param>
/// <param name="Input">What it reads, or null when it looks for the gate.</param>
/// <param name="Outputs">Files of the scene that it makes, besides what it prints.</param>
internal sealed record RealProgram(
    string Name,
    Func<Scene, IReadOnlyList<string>> Command,
    InputText? Input = null,
    params string[] Outputs)
{
    private const string Gate = "gate";

    private static string DotNet { get; } = Path.GetFullPath(Path.Combine(
        Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "dotnet"));

    public static IReadOnlyList<RealProgram> All { get; } =
    [
        new("a static C program", scene => [scene.Compiled("crunch_static"), scene.File_(Gate), "60"]),
        new("a dynamic C program", scene => [scene.Compiled("crunch"), scene.File_(Gate), "60"]),
        new("16 threads with AVX and locks", scene => [scene.Compiled("crunch_threads"), scene.File_(Gate), "120"]),
        new("python3 with numpy", scene => ["/usr/bin/python3", Script(scene, "crunch.py"), scene.File_(Gate), "60"]),
        new("perl", scene => ["/usr/bin/perl", Script(scene, "text.pl"), scene.File_(Gate), "60"]),
        new("node", scene => ["/usr/bin/node", Script(scene, "busy.js"), scene.File_(Gate), "16"]),
        new(".NET with many threads and a busy GC", scene => [DotNet, Published(scene), scene.File_(Gate), "40"]),
        new("a bash script", scene => ["/bin/bash", Script(scene, "script.sh"), scene.File_(Gate), "20"]),
        new("pipelines of a shell", scene => ["/bin/sh", Script(scene, "pipeline.sh"), scene.File_(Gate), "30000"]),
        new("python3 with processes", scene => ["/usr/bin/python3", Script(scene, "processes.py"), scene.File_(Gate), "40"]),
        new("python3 with a pool and shared memory", scene => ["/usr/bin/python3", Script(scene, "pool.py"), scene.File_(Gate), "40"]),
        new("gzip", scene => ["/bin/gzip", "-9", "-n", "-c", InputText.Words.In(scene)], InputText.Words),
        new("xz with two threads", scene => ["/usr/bin/xz", "-3", "-T2", "--block-size=256KiB", "-c", InputText.Words.In(scene)], InputText.Words with { Ahead = 40_000_000 }),
        new("bc", scene => ["/usr/bin/bc", "-l", "-q", InputText.Numbers.In(scene)], InputText.Numbers),
        new("sqlite3 writing a database file", scene => ["/usr/bin/sqlite3", scene.File_("made.db")], InputText.Statements, "made.db"),
    ];

    public static RealProgram Named(string name) => All.Single(program => program.Name == name);

    /// <summary>What tells that it has gone on: the files it writes.</summary>
    public IEnumerable<string> Signs => [.. Outputs, Gate + ".beats", "01-job.out"];

    public void OpenGate(Scene scene) => scene.Create(Gate);

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
}
