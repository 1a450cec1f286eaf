using System.Diagnostics;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>The file of a daemon that runs is replaced, as an upgrade does it.</summary>
public sealed class UpgradeTests : IDisposable
{
    private readonly string _files = Directory.CreateTempSubdirectory("yado-upgrade-").FullName;
    private readonly Dictionary<string, string> _home;

    public UpgradeTests()
    {
        _home = new() { ["YADO_HOME"] = Path.Combine(_files, "home") };
        // A program that was built for the runtime lies among its libraries.
        string[] parts = File.Exists(Yado.Program + ".dll") ? Directory.GetFiles(Path.GetDirectoryName(Yado.Program)!) : [Yado.Program];
        foreach (string part in parts)
        {
            File.Copy(part, Path.Combine(_files, Path.GetFileName(part)));
        }
    }

    private string Installed => Path.Combine(_files, Path.GetFileName(Yado.Program));

    [Fact]
    public void A_daemon_works_on_when_its_program_is_replaced()
    {
        Yado.RunProgram(_home, [Installed, "run", "--detach", "--name", "job", "--", "sleep", "1000"]).Succeeds();
        // Once before: what it knows of its own place it knows now.
        Save("before.ctx").Succeeds();
        KeepersLeave();

        File.Move(Installed, Path.Combine(_files, "replaced"));
        File.WriteAllText(Installed, "#!/bin/sh\necho another version >&2\nexit 99\n");
        File.SetUnixFileMode(Installed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        Save("after.ctx").Succeeds();
        File.Exists(Path.Combine(_files, "after.ctx")).ShouldBeTrue();
        Yado.Run(_home, "ps", "--json").Succeeds().Output.ShouldContain("\"running\"");
    }

    public void Dispose()
    {
        Yado.Run(_home, "kill", "job");
        Yado.Run(_home, "host", "stop");
        Directory.Delete(_files, recursive: true);
    }

    private Ending Save(string file) => Yado.Run(_home, "checkpoint", "job", "--leave-running", "-o", Path.Combine(_files, file));

    /// <summary>Those of this daemon stay a while for the next checkpoint; when they have left it needs a new one.</summary>
    private void KeepersLeave() => Until.Holds(() => !Process.GetProcesses().Any(IsKeeper), () => "keepers to leave");

    private bool IsKeeper(Process process) =>
        CommandLine(process.Id) is { } line && line.Contains("@keeper", StringComparison.Ordinal) && line.Contains(_files, StringComparison.Ordinal);

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
