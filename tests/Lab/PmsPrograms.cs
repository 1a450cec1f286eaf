using System.Diagnostics;

namespace Yadokari.LabTests;

/// <summary>The C library for programs that know they move, and programs that use it, built once from the checkout.</summary>
public sealed class PmsPrograms : IDisposable
{
    /// <summary>What the tests' own starter left open is none of the program's business.</summary>
    internal const string CloseAll = "for fd in /proc/self/fd/*; do fd=${fd##*/}; [ $fd -le 2 ] || eval \"exec $fd>&-\"; done; ";

    public PmsPrograms()
    {
        Directory_ = Directory.CreateTempSubdirectory("yado-pms-").FullName;
        string root = Yado.Root();
        Run("make", "-s", "-C", Path.Combine(root, "src/pms"), $"OUT={Directory_}");
        Run("make", "-s", "-C", Path.Combine(root, "samples/pms-c"), $"OUT={Directory_}", $"PMS={Directory_}");
        foreach (string source in Directory.EnumerateFiles(Path.Combine(root, "tests/Lab/programs"), "*.c"))
        {
            Run("gcc", "-O1", "-Wall", "-Wextra", "-Werror", $"-I{Directory_}", source, "-o", this[Path.GetFileNameWithoutExtension(source)],
                Path.Combine(Directory_, "libpms.a"), "-pthread");
        }
    }

    /// <summary>Where header, libraries and programs are.</summary>
    public string Directory_ { get; }

    /// <summary>The sample for .NET.</summary>
    internal static string Dotnet { get; } = Path.Combine(
        Yado.Root(), "samples/pms-dotnet/bin", AppContext.BaseDirectory.Contains("/Debug/", StringComparison.Ordinal) ? "Debug" : "Release", "net10.0/pms-dotnet");

    /// <summary>Full path of a program.</summary>
    public string this[string name] => Path.Combine(Directory_, name);

    /// <summary>Starts a program as anyone would, without yado, and waits until it is a job by its own doing.</summary>
    internal static void StartOutside(LabHosts hosts, string host, string name, string program, params IReadOnlyList<string> arguments)
    {
        const string start = CloseAll + "setsid \"$@\" </dev/null >/dev/null 2>&1 &";
        hosts.On(host, ["env", $"PMS_NAME={name}", "bash", "-c", start, "bash", program, .. arguments]).Succeeds();
        Until.Holds(() => hosts.YadoOn(host, "ps").Output.Contains($"{name} ", StringComparison.Ordinal), () => $"{name} is no job");
    }

    public void Dispose() => Directory.Delete(Directory_, recursive: true);

    /// <summary>Runs a tool that must succeed.</summary>
    internal static void Run(string tool, params IReadOnlyList<string> arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)}: {errors}");
        }
    }
}
