using Xunit;

namespace Yadokari.LabTests;

/// <summary>What <c>./package</c> builds of the tool under test: version 0.1.0 and one to upgrade to, built once, when it is first asked for.</summary>
public sealed class Packages : IDisposable
{
    /// <summary>A machine that does other things as well.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private string? _directory;

    public string Directory => _directory ??= Make();

    internal static Ending Build(string version, string output, params IReadOnlyList<string> kinds) => Yado.RunProgram(
        Yado.NoVariables,
        [Path.Combine(Yado.Root(), "package"), "--program", Yado.Program, "--version", version, "--output", output, "--quick", .. kinds],
        Patience).Succeeds();

    public void Dispose()
    {
        if (_directory is not null)
        {
            System.IO.Directory.Delete(_directory, recursive: true);
        }
    }

    private static string Make()
    {
        Skip.If(File.Exists(Yado.Program + ".dll"), "a program among its libraries is not what is packaged");
        string directory = System.IO.Directory.CreateTempSubdirectory("yado-packages-").FullName;
        Build("0.1.0", directory, "deb", "tar");
        Build("0.1.1", directory, "deb");
        return directory;
    }
}
