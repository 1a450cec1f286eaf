using System.Diagnostics;

namespace Yadokari.LabTests;

/// <summary>The C library for programs that know they move, and programs that use it, built once from the checkout.</summary>
public sealed class PmsPrograms : IDisposable
{
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

    /// <summary>Full path of a program.</summary>
    public string this[string name] => Path.Combine(Directory_, name);

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
