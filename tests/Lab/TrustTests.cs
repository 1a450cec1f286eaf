using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>A hostile ordinary user of the machine has prepared the places that root's yado is told to use.</summary>
public sealed class TrustTests : IDisposable
{
    private const string Hostile = "65534";

    private readonly string _place = Directory.CreateTempSubdirectory("yado-trust-test-").FullName;

    public TrustTests()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "files of two users");
        // As /tmp is.
        File.SetUnixFileMode(_place, (UnixFileMode)0x3FF);
    }

    public void Dispose() => Directory.Delete(_place, recursive: true);

    [SkippableTheory]
    [InlineData("ps")]
    [InlineData("run --detach -- sleep 1000")]
    [InlineData("host")]
    [InlineData("cluster init")]
    public void A_home_of_another_user_is_not_used(string command)
    {
        string home = Made("home");
        Refused(command, "YADO_HOME", home, $"{home} belongs to user {Hostile}");
        Directory.EnumerateFileSystemEntries(home).ShouldBeEmpty();
    }

    [SkippableFact]
    public void A_home_that_a_link_of_another_user_leads_to_is_not_used()
    {
        string own = Directory.CreateDirectory(Path.Combine(_place, "own")).FullName;
        string link = Path.Combine(_place, "link");
        File.CreateSymbolicLink(link, own);
        Give(link);
        Refused("ps", "YADO_HOME", Path.Combine(link, "home"), $"{link} belongs to user {Hostile}");
        Directory.EnumerateFileSystemEntries(own).ShouldBeEmpty();
    }

    [SkippableFact]
    public void A_home_below_a_directory_that_a_group_may_write_is_not_used()
    {
        string shared = Directory.CreateDirectory(Path.Combine(_place, "shared")).FullName;
        Yado.RunProgram(Yado.NoVariables, ["chgrp", Hostile, shared]).Succeeds();
        File.SetUnixFileMode(shared, (UnixFileMode)0x1FD); // 0775
        Refused("ps", "YADO_HOME", Path.Combine(shared, "home"), $"group {Hostile} may write {shared}");
    }

    [SkippableTheory]
    [InlineData("lab up 1")]
    [InlineData("lab down")]
    [InlineData("lab ls")]
    [InlineData("lab exec h1 true")]
    public void A_lab_that_another_user_has_prepared_is_neither_used_nor_ended(string command)
    {
        string lab = Made("lab");
        using System.Diagnostics.Process victim = System.Diagnostics.Process.Start("sleep", ["1000"]);
        string start = File.ReadAllText($"/proc/{victim.Id}/stat").Split(") ")[^1].Split(' ')[19];
        File.WriteAllText(Path.Combine(lab, "lab.pid"), $"{victim.Id} {start}\n");
        string host = Directory.CreateDirectory(Path.Combine(lab, "h1")).FullName;
        File.WriteAllText(Path.Combine(host, "init.pid"), $"{victim.Id} {start}\n");
        File.WriteAllText(Path.Combine(host, "environment"), $"touch {Path.Combine(_place, "owned")}\n");
        File.WriteAllText(Path.Combine(lab, "lab.sh"), "");
        try
        {
            Refused(command, "YADO_LAB_DIR", lab, $"{lab} belongs to user {Hostile}");
            File.Exists(Path.Combine(_place, "owned")).ShouldBeFalse();
            victim.HasExited.ShouldBeFalse();
            File.Exists(Path.Combine(lab, "lab.pid")).ShouldBeTrue();
        }
        finally
        {
            victim.Kill();
        }
    }

    private string Made(string name)
    {
        string path = Directory.CreateDirectory(Path.Combine(_place, name)).FullName;
        Give(path);
        return path;
    }

    private static void Give(string path) => Yado.RunProgram(Yado.NoVariables, ["chown", "-h", Hostile, path]).Succeeds();

    private static void Refused(string command, string variable, string path, string why)
    {
        Ending ending = Yado.Run(new Dictionary<string, string> { [variable] = path }, command.Split(' '));
        ending.Refuses(1, why, variable).Errors.TrimEnd('\n').ShouldNotContain("\n");
    }
}
