using Yadokari.Cli.Lab;

namespace Yadokari.Cli.Demo;

/// <summary>Which programs the demo moves on this machine.</summary>
/// <param name="Programs">Those that are here.</param>
/// <param name="Missing">The names of wanted ones that are not.</param>
public sealed record DemoChoice(IReadOnlyList<DemoProgram> Programs, IReadOnlyList<string> Missing)
{
    /// <summary>The programs of the demo, and others in their place where one is missing.</summary>
    /// <param name="yado">Full path of this program, which is a .NET program as well.</param>
    public static DemoChoice ForThisMachine(string yado)
    {
        (string Name, Func<string, DemoProgram> Make)[] wanted =
        [
            ("gzip", path => new("gzip", "compresses 105 MB", path, "exec \"$1\" -4 -n -c \"$2/data.bin\" >out.gz", ["out.gz"])),
            ("python3", path => new("python3", "counts and hashes words", path, "exec \"$1\" \"$2/work.py\" >out.txt", ["out.txt"])),
            ("sqlite3", path => new("sqlite3", "fills and indexes a database", path, "exec \"$1\" out.db <\"$2/work.sql\" >out.txt", ["out.db", "out.txt"])),
            ("node", path => new("node", "maps, numbers, garbage", path, "exec \"$1\" \"$2/work.js\" >out.txt", ["out.txt"])),
            ("bc", path => new("bc", "pi and e to 500 digits", path, "exec \"$1\" -l -q \"$2/work.bc\" </dev/null >out.txt", ["out.txt"])),
            ("bash", path => new("bash", "a script: loops, pipes, subshells", path, "exec \"$1\" \"$2/work.sh\" >out.txt", ["out.txt"]) { Begun = ("out.txt", 1000) }),
            ("tee", path => new("pipeline", "head | gzip | tee | cksum", path, "head -c 60000000 \"$2/data.bin\" | gzip -6 -n -c | \"$1\" out.gz | cksum >out.txt", ["out.gz", "out.txt"]) { Begun = ("out.gz", 1 << 20) }),
            ("make", path => new("make -j2", "compiles with gcc, two at a time", path, "bash \"$2/work.sh\" sources && exec \"$1\" -s -j2 >out.txt", ["out.txt", "all.o"]) { Begun = ("a1.o", 1) }),
        ];
        (string Name, Func<string, DemoProgram> Make)[] substitutes =
        [
            ("perl", path => new("perl", "sorts and joins strings", path, "exec \"$1\" \"$2/work.pl\" >out.txt", ["out.txt"])),
            ("xz", path => new("xz", "compresses 8 MB", path, "head -c 8000000 \"$2/data.bin\" >part; exec \"$1\" -T1 -c part >out.xz", ["out.xz"])),
            ("sort", path => new("sort", "sorts 12 MB of lines", path, "exec \"$1\" --parallel=1 \"$2/work.sql\" \"$2/work.sql\" >out.txt", ["out.txt"])),
        ];
        List<DemoProgram> programs =
        [
            new(".NET", "4 threads, a busy collector", yado, "exec \"$1\" demo --work >out.txt", ["out.txt"]),
        ];
        List<string> missing = [];
        Queue<(string Name, Func<string, DemoProgram> Make)> others = new(substitutes);
        foreach ((string name, Func<string, DemoProgram> make) in wanted)
        {
            DemoProgram? program = Find(name, make);
            if (program is null)
            {
                missing.Add(name);
                while (program is null && others.TryDequeue(out (string Name, Func<string, DemoProgram> Make) other))
                {
                    program = Find(other.Name, other.Make);
                }
            }

            if (program is not null)
            {
                programs.Insert(programs.Count - 1, program);
            }
        }

        return new(programs, missing);
    }

    // The system's own first: what lies before it in PATH may be a script that starts it.
    private static DemoProgram? Find(string name, Func<string, DemoProgram> make) =>
        ((string?[])[$"/usr/bin/{name}", $"/bin/{name}", SystemTool.Find(name)]).FirstOrDefault(File.Exists) is { } path ? make(path) : null;
}
