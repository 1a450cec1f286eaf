using System.Diagnostics;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>
/// A machine's root file system as it is after a minimal installation, writable, with processes of its own. Made by debootstrap
/// once for a checkout; what a test writes lies over it. Needs root. Ends with everything in it when disposed.
/// </summary>
internal sealed class FreshRoot : IDisposable
{
    private const string SetUp =
        """
        set -e
        mount -t tmpfs tmpfs "$2"
        mkdir "$2/upper" "$2/work" "$2/root"
        mount -t overlay overlay -o lowerdir="$1",upperdir="$2/upper",workdir="$2/work" "$2/root"
        cd "$2/root"
        mount -t proc proc proc
        mount -t tmpfs tmpfs tmp && chmod 1777 tmp
        mount --rbind /dev dev
        mount --bind "$3" mnt
        mkdir old
        pivot_root . old
        umount -l /old
        rmdir /old
        touch /tmp/up
        exec sleep infinity
        """;

    private readonly string _room = Directory.CreateTempSubdirectory("yado-root-").FullName;
    private readonly Process _first;
    private readonly string _pid;

    /// <param name="shared">Seen inside as /mnt.</param>
    public FreshRoot(string shared)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "a root file system of its own needs root");
        Skip.IfNot(File.Exists("/usr/sbin/debootstrap"), "debootstrap is not installed");
        string lower = Base();
        _first = Process.Start("unshare", ["--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "sh", "-c", SetUp, "sh", lower, _room, shared]);
        string children = $"/proc/{_first.Id}/task/{_first.Id}/children";
        Until.Holds(() => File.ReadAllText(children).Trim().Length > 0 || _first.HasExited, () => "the first process");
        _pid = File.ReadAllText(children).Trim();
        Until.Holds(() => File.Exists($"/proc/{_pid}/root/tmp/up") || _first.HasExited, () => "the new root");
        _first.HasExited.ShouldBeFalse();
    }

    /// <summary>Runs a shell command as root.</summary>
    public Ending Run(string command) => Yado.RunProgram(Yado.NoVariables,
        ["nsenter", "-t", _pid, "-m", "-p", "-r", "-w", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", command]);

    /// <summary>Runs a shell command as a user that <c>useradd</c> has made.</summary>
    public Ending RunAs(string user, string command) => Run($"su - {user} -s /bin/sh -c '{command.Replace("'", "'\\''", StringComparison.Ordinal)}'");

    /// <summary>Files below the root whose path has that word.</summary>
    public IReadOnlyList<string> FilesNamed(string word) =>
        [.. Run($"find / -xdev -ipath '*{word}*' -print").Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    public void Dispose()
    {
        _first.Kill();
        _first.WaitForExit();
        _first.Dispose();
        Directory.Delete(_room, recursive: true);
    }

    private static string Base()
    {
        string place = Path.Combine(Yado.Root(), "artifacts", "fresh-root");
        if (Directory.Exists(place))
        {
            return place;
        }

        string half = place + ".new";
        Yado.RunProgram(Yado.NoVariables, ["rm", "-rf", half]);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        using Process make = Process.Start("debootstrap", ["--variant=minbase", "--include=libssl3", "bookworm", half]);
        bool made = make.WaitForExit(TimeSpan.FromMinutes(5)) && make.ExitCode == 0;
        Skip.IfNot(made, "debootstrap does not get a root file system: no network?");
        Directory.Move(half, place);
        return place;
    }
}
