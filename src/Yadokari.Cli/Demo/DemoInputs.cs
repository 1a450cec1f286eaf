using System.Globalization;
using System.Reflection;
using System.Text;

namespace Yadokari.Cli.Demo;

/// <summary>The inputs of the demo's programs, made on the fly.</summary>
public static class DemoInputs
{
    /// <summary>Bytes of real data.</summary>
    public const long DataLength = 105_000_000;

    private const int Inserts = 150_000;

    /// <summary>Fills a directory: scripts, statements, and real data, the files of this machine's system one after the other.</summary>
    public static void Make(string directory, CancellationToken cancel)
    {
        Directory.CreateDirectory(directory);
        foreach (string script in (string[])["work.py", "work.js", "work.bc", "work.pl", "work.sh"])
        {
            using Stream source = Assembly.GetExecutingAssembly().GetManifestResourceStream("Yadokari.Cli.Demo." + script)!;
            using FileStream target = File.Create(Path.Combine(directory, script));
            source.CopyTo(target);
        }

        MakeStatements(Path.Combine(directory, "work.sql"));
        MakeData(Path.Combine(directory, "data.bin"), cancel);
    }

    private static void MakeStatements(string path)
    {
        using StreamWriter writer = new(path, append: false, Encoding.ASCII);
        writer.WriteLine("pragma synchronous = off; create table t(id integer primary key, name text, value real); begin;");
        uint x = 1;
        for (int i = 1; i <= Inserts; i++)
        {
            x = (x * 1664525) + 1013904223;
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"insert into t values({i}, 'name {x:x}', {x} / 7.0);"));
            if (i % 5000 == 0)
            {
                writer.WriteLine("commit; begin;");
            }
        }

        writer.WriteLine("commit; create index by_name on t(name); select count(*), sum(value), min(name), max(name) from t;");
    }

    private static void MakeData(string path, CancellationToken cancel)
    {
        EnumerationOptions everything = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        using FileStream data = File.Create(path);
        foreach (string directory in (string[])["/usr/lib", "/usr/share", "/usr/bin"])
        {
            foreach (string file in Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*", everything) : [])
            {
                cancel.ThrowIfCancellationRequested();
                if (data.Length >= DataLength)
                {
                    data.SetLength(DataLength);
                    return;
                }

                Append(data, file);
            }
        }

        // A very small system: what there is, several times.
        while (data.Length < DataLength)
        {
            Append(data, Environment.ProcessPath!);
        }

        data.SetLength(DataLength);
    }

    private static void Append(FileStream data, string file)
    {
        // A system has files that even root can't read, and some that vanish meanwhile: any others will do.
        try
        {
            using FileStream source = File.OpenRead(file);
            source.CopyTo(data);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"yado: {file} left out of the data: {failure.Message}");
        }
    }
}
