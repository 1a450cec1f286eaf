namespace Yadokari.Conformance;

/// <summary>The directory of one test and whom its programs run as. Removed at the end.</summary>
internal sealed class Scene : IDisposable
{
    private static int _count;
    private int _records;

    /// <param name="name">Part of the directory's name, for whoever looks at it.</param>
    /// <param name="uid">The user whom the programs and the tool run as; null: the user who runs the tests.</param>
    public Scene(string name, uint? uid)
    {
        Uid = uid;
        Directory = Path.Combine(
            Path.GetTempPath(),
            $"yadokari-conformance-{Environment.ProcessId}",
            $"{Interlocked.Increment(ref _count)}-{name}");
        System.IO.Directory.CreateDirectory(Directory);
        File.SetUnixFileMode(Directory, Everything);
    }

    private const UnixFileMode Everything =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public string Directory { get; }

    public uint? Uid { get; }

    /// <summary>What the programs write, in the order in which they were started.</summary>
    public string Transcript => string.Concat(System.IO.Directory.EnumerateFiles(Directory, "*.out")
        .Concat(System.IO.Directory.EnumerateFiles(Directory, "*.err"))
        .Order(StringComparer.Ordinal)
        .Where(path => new FileInfo(path).Length is > 0 and < 100_000)
        .Select(path => $"--- {Path.GetFileName(path)}\n{File.ReadAllText(path)}\n"));

    public string File_(string name) => Path.Combine(Directory, name);

    /// <summary>A copy in this directory of one of the programs that are compiled for the tests.</summary>
    /// <returns>Its path.</returns>
    public string Compiled(string program)
    {
        string copy = File_(program);
        File.Copy(Path.Combine(Checkout.Compiled, program), copy);
        return copy;
    }

    public bool Has(string name) => File.Exists(File_(name));

    public void Create(string name) => File.WriteAllBytes(File_(name), []);

    /// <summary>Starts a command in this directory. Streams are files: NAME.out, NAME.err, input from /dev/null.</summary>
    /// <param name="name">Of the record and the streams; a number makes it unique.</param>
    /// <param name="environment">The whole environment; LAW_DIR is added.</param>
    public Launched Start(
        string name,
        IReadOnlyList<string> command,
        string leader = "session",
        IReadOnlyDictionary<string, string>? environment = null,
        string input = "/dev/null")
    {
        string record = File_($"{++_records:00}-{name}");
        Dictionary<string, string> all = new(environment ?? new Dictionary<string, string>()) { ["LAW_DIR"] = Directory };
        foreach (string stream in (string[])[record + ".out", record + ".err"])
        {
            // Made here, so that the other user may write to them whoever opens them.
            File.WriteAllBytes(stream, []);
            File.SetUnixFileMode(stream, Everything & ~(UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute));
        }

        return Launched.Start(record, Uid, leader, Directory, input, record + ".out", record + ".err", all, command);
    }

    /// <summary>The path of the n-th started command's stream, e.g. <c>Stream(1, "job", "out")</c>.</summary>
    public string Stream(int number, string name, string kind) => File_($"{number:00}-{name}.{kind}");

    public int Started => _records;

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("CONFORMANCE_KEEP") is null)
        {
            // Programs make names of any bytes, and paths that are longer than one call takes.
            using System.Diagnostics.Process remove = System.Diagnostics.Process.Start("/bin/rm", ["-rf", "--", Directory]);
            remove.WaitForExit();
        }
    }
}
