using System.IO.Compression;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>What people install.</summary>
public sealed partial class PackageTests(Packages packages) : IClassFixture<Packages>, IDisposable
{
    private readonly string _files = Directory.CreateTempSubdirectory("yado-package-").FullName;

    [SkippableFact]
    public void The_Debian_package_installs_upgrades_under_a_running_job_and_leaves_nothing()
    {
        using FreshRoot root = new(packages.Directory);
        root.Run("useradd -m someone").Succeeds();
        root.Run("dpkg -i /mnt/yadokari_0.1.0_amd64.deb").Succeeds();
        root.RunAs("someone", "yado --version").Succeeds();
        root.Run("test -f /usr/share/man/man1/yado-move.1.gz && test -f /usr/lib/systemd/system/yadokari.service").Succeeds();

        root.RunAs("someone", "yado run --detach --name count -- sh -c 'i=0; while :; do i=$((i+1)); echo $i >>numbers; sleep 0.02; done'").Succeeds();
        string pid = Pid(root);
        pid.ShouldNotBeEmpty();
        Progresses(root);
        root.RunAs("someone", "yado checkpoint count --leave-running -o before.ctx").Succeeds();

        root.Run("dpkg -i /mnt/yadokari_0.1.1_amd64.deb").Succeeds();
        Progresses(root);
        Pid(root).ShouldBe(pid);
        // By the daemon from before, with its own program; then by the new one.
        root.RunAs("someone", "yado checkpoint count --leave-running -o between.ctx").Succeeds();
        root.RunAs("someone", "yado host restart").Succeeds();
        root.RunAs("someone", "yado checkpoint count --leave-running -o after.ctx").Succeeds();
        Pid(root).ShouldBe(pid);

        root.Run("dpkg -r yadokari").Succeeds().Output.ShouldContain("goes on, a daemon that somebody has started");
        Progresses(root);
        root.Run("dpkg -P yadokari").Succeeds();
        root.FilesNamed("yado").Where(f => !f.StartsWith("/home/someone/", StringComparison.Ordinal)).ShouldBeEmpty();
        // Numbers in order, none twice: it was one process all the time.
        root.RunAs("someone", "awk '$1 != NR { exit 1 }' numbers").Succeeds();
    }

    [SkippableFact]
    public void A_saved_job_outlives_even_a_purge()
    {
        using FreshRoot root = new(packages.Directory);
        root.Run("dpkg -i /mnt/yadokari_0.1.0_amd64.deb").Succeeds();
        root.Run("yado run --detach --name job -- sleep 1000 && yado drain --self && yado host stop").Succeeds();

        root.Run("dpkg -P yadokari").Succeeds().Output.ShouldContain("saved jobs are in it");

        root.FilesNamed("yado").Where(f => !f.StartsWith("/var/lib/yadokari", StringComparison.Ordinal)).ShouldBeEmpty();
        root.Run("test -n \"$(find /var/lib/yadokari/saved -name '*.ctx')\"").Succeeds();
    }

    [SkippableFact]
    public void The_Debian_package_is_well_made_and_always_the_same()
    {
        string package = Path.Combine(packages.Directory, "yadokari_0.1.0_amd64.deb");

        string[] entries = Tool("dpkg-deb", "--contents", package).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        entries.Length.ShouldBeGreaterThan(30);
        entries.ShouldAllBe(e => Entry().IsMatch(e));
        entries.ShouldContain(e => e.StartsWith("-rwxr-xr-x", StringComparison.Ordinal) && e.EndsWith("./usr/bin/yado", StringComparison.Ordinal));
        entries.Where(e => e.Contains("/usr/local", StringComparison.Ordinal)).ShouldBeEmpty();

        string tree = Path.Combine(_files, "tree");
        Tool("dpkg-deb", "--raw-extract", package, tree);
        foreach (string script in (string[])["postinst", "prerm", "postrm"])
        {
            Tool("sh", "-n", Path.Combine(tree, "DEBIAN", script));
        }
        Tool("sh", "-c", $"cd {tree} && md5sum --quiet -c DEBIAN/md5sums");
        foreach (string unit in Directory.GetFiles(tree, "*.service", SearchOption.AllDirectories))
        {
            File.ReadAllText(unit).ShouldContain("/usr/bin/yado ");
        }

        string again = Directory.CreateDirectory(Path.Combine(_files, "again")).FullName;
        Packages.Build("0.1.0", again, "deb", "tar");
        foreach (string file in Directory.GetFiles(again))
        {
            File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(packages.Directory, Path.GetFileName(file)))).ShouldBeTrue(file);
        }
    }

    [SkippableFact]
    public void The_archive_installs_into_a_home_directory_and_leaves_nothing()
    {
        Tool("tar", "-xzf", Path.Combine(packages.Directory, "yadokari-0.1.0-linux-x64.tar.gz"), "-C", _files);
        string installer = Path.Combine(_files, "yadokari-0.1.0-linux-x64", "install");
        string home = Directory.CreateDirectory(Path.Combine(_files, "home")).FullName;
        Dictionary<string, string> environment = new() { ["HOME"] = home, ["YADO_HOME"] = Path.Combine(_files, "state") };
        string program = Path.Combine(home, ".local/bin/yado");

        Yado.RunProgram(environment, [installer]).Succeeds().Output.ShouldContain("put it on your path");
        Yado.RunProgram(environment, [program, "--version"]).Succeeds();
        File.ReadAllText(Path.Combine(home, ".local/share/systemd/user/yadokari.service")).ShouldContain($"ExecStart={program} host");
        try
        {
            Yado.RunProgram(environment, [program, "run", "--detach", "--name", "job", "--", "sleep", "1000"]).Succeeds();
            // An upgrade, while its daemon runs.
            Yado.RunProgram(environment, [installer]).Succeeds();
            Yado.RunProgram(environment, [program, "checkpoint", "job", "--leave-running", "-o", Path.Combine(_files, "job.ctx")]).Succeeds();
        }
        finally
        {
            Yado.Run(environment, "kill", "job");
            Yado.Run(environment, "host", "stop");
        }

        Yado.RunProgram(environment, [installer, "--remove"]).Succeeds();
        Directory.GetFileSystemEntries(home, "*", SearchOption.AllDirectories).Where(e => !e.EndsWith("/.local", StringComparison.Ordinal)).ShouldBeEmpty();
        Yado.RunProgram(environment, [installer, "--remove"]).Status.ShouldBe(4);
        Yado.RunProgram(environment, [installer, "--frobnicate"]).Status.ShouldBe(2);
    }

    [Fact]
    public void NuGet_packages_have_a_readme_symbols_and_what_they_need()
    {
        Yado.RunProgram(Yado.NoVariables, [Path.Combine(Yado.Root(), "package"), "--output", _files, "nuget"]).Succeeds();

        foreach (string name in (string[])["Yadokari.Rpc", "Yadokari.Pms"])
        {
            IReadOnlyList<string> entries = Entries($"{name}.0.1.0.nupkg");
            entries.ShouldContain($"lib/net10.0/{name}.dll");
            entries.ShouldContain("README.md");
            Entries($"{name}.0.1.0.snupkg").ShouldContain($"lib/net10.0/{name}.pdb");
        }
        Entries("Yadokari.Rpc.0.1.0.nupkg").ShouldContain("analyzers/dotnet/cs/Yadokari.Rpc.Generator.dll");
        Entries("Yadokari.Protocol.0.1.0.nupkg").ShouldContain("lib/net10.0/Yadokari.Protocol.dll");
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("--version", "../x")]
    [InlineData("--program", "/nonexistent/yado")]
    public void What_can_not_be_packaged_is_said_in_a_line(params string[] words)
    {
        Ending ending = Yado.RunProgram(Yado.NoVariables, [Path.Combine(Yado.Root(), "package"), .. words]);

        ending.Status.ShouldBe(2);
        ending.Errors.ShouldStartWith("package: ");
        ending.Errors.Trim().ShouldNotContain("\n");
    }

    /// <summary>Restarting the daemon must not stop the unit that drains: Requires= and BindsTo= would.</summary>
    [Theory]
    [InlineData("packaging/systemd/yadokari-drain.service")]
    [InlineData("packaging/systemd/user/yadokari-drain.service")]
    public void Restarting_the_daemon_drains_nothing(string unit)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Yado.Root(), unit));

        lines.ShouldContain("Wants=yadokari.service");
        lines.Where(l => l.StartsWith("Requires=", StringComparison.Ordinal) || l.StartsWith("BindsTo=", StringComparison.Ordinal) || l.StartsWith("PartOf=", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    public void Dispose() => Directory.Delete(_files, recursive: true);

    private static string Pid(FreshRoot root) => root.RunAs("someone", "yado ps --json | sed -n \"s/.*pid.: *\\([0-9]*\\).*/\\1/p\"").Succeeds().Output.Trim();

    private static void Progresses(FreshRoot root)
    {
        int Lines() => int.TryParse(root.RunAs("someone", "cat numbers | wc -l").Output, out int lines) ? lines : 0;
        int before = Lines();
        Until.Holds(() => Lines() > before + 5, () => "the job to go on");
    }

    private static string Tool(params IReadOnlyList<string> command) => Yado.RunProgram(Yado.NoVariables, command).Succeeds().Output;

    private IReadOnlyList<string> Entries(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(_files, package));
        return [.. archive.Entries.Select(e => e.FullName)];
    }

    /// <summary>Root's, and nobody else may write it; nothing setuid.</summary>
    [GeneratedRegex(@"^[-d]rw[-x]r-[-x]r-[-x] root/root ")]
    private static partial Regex Entry();
}
