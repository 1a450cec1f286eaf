using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Reflection;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Trust;
using Yadokari.Linux.Trusted;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;

namespace Yadokari.Cli.Lab;

/// <summary>
/// Virtual hosts on this machine, made of namespaces with the system's tools; rootless when not root.
/// All of a lab is inside one pid namespace, so that ending its init ends everything.
/// <code>
/// machine ── lab (user, pid, net, mount ns): bridge lab0
///              ├─ p1 ═══ eth0 10.199.0.1  h1 (net, pid, mount, uts, ipc, time ns)
///              └─ p2 ═══ eth0 10.199.0.2  h2
/// </code>
/// </summary>
public sealed partial class VirtualLab
{
    public const string Subnet = "10.199.0";

    public const int MaxHosts = 200;

    /// <summary>Where programs on a host put what is only for that host (TMPDIR): /tmp itself is shared like all files,
    /// and two hosts that listen at the same socket file there would be in each other's way, as real ones are not.</summary>
    public const string TemporaryDirectory = "/run/tmp";

    /// <summary>For what one host does.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    /// <summary>All daemons start at once and share this machine's processors, perhaps with other work.</summary>
    private static readonly TimeSpan StartLimitPerHost = TimeSpan.FromSeconds(4);

    private readonly string _directory;

    /// <exception cref="CommandFailure">Another user has the directory, or could put another one in its place.</exception>
    private VirtualLab(string directory)
    {
        _directory = directory;
        RequireTrusted();
    }

    public string Directory => _directory;

    /// <summary>Its etcd, if it has one.</summary>
    public LabStore Store => new(_directory);

    public string Log => Path.Combine(_directory, "lab.log");

    public IReadOnlyList<LabHost> Hosts =>
        [.. Enumerable.Range(1, MaxHosts).Select(HostAt).TakeWhile(h => System.IO.Directory.Exists(h.Directory))];

    private TimeSpan UpLimit => StartLimit + (StartLimitPerHost * Hosts.Count);

    private ProcessIdentity? Init => ProcessIdentity.ReadFile(Path.Combine(_directory, "lab.pid")) is { IsAlive: true } init ? init : null;

    /// <summary>The directory of the lab: YADO_LAB_DIR, else yado-lab in XDG_RUNTIME_DIR, else /tmp/yado-lab-USER.</summary>
    public static string DirectoryInUse()
    {
        if (Environment.GetEnvironmentVariable("YADO_LAB_DIR") is { Length: > 0 } chosen)
        {
            return Path.GetFullPath(chosen);
        }

        return Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && System.IO.Directory.Exists(runtime)
            ? Path.Combine(runtime, "yado-lab")
            : Path.Combine(Path.GetTempPath(), $"yado-lab-{Environment.UserName}");
    }

    /// <summary>The lab that is up.</summary>
    /// <exception cref="CommandFailure">None is.</exception>
    public static VirtualLab Current()
    {
        VirtualLab lab = new(DirectoryInUse());
        return lab.Init is not null ? lab
            : throw new CommandFailure(ExitStatus.NotFound, $"no lab is up in {lab._directory}; start one with 'yado lab up 2'");
    }

    /// <summary>Brings up hosts with a daemon and a certificate on each, h1 with the authority; returns when every host is there.
    /// On failure nothing is left behind.</summary>
    /// <param name="directory">Of the lab; made here.</param>
    /// <param name="count">1 to <see cref="MaxHosts"/>.</param>
    /// <param name="program">Full path of the yado program that runs as the daemon.</param>
    /// <param name="cluster">The hosts find each other by an etcd that runs in the lab.</param>
    /// <param name="cpus">Processors for the jobs of each host; null: all of the machine.</param>
    public static async Task<VirtualLab> UpAsync(string directory, int count, string program, CancellationToken cancel, double? cpus = null, bool cluster = false)
    {
        VirtualLab lab = new(directory);
        string unshare = SystemTool.Require("unshare", "util-linux");
        string setsid = SystemTool.Require("setsid", "util-linux");
        SystemTool.Require("nsenter", "util-linux");
        SystemTool.Require("mount", "mount");
        SystemTool.Require("hostname", "hostname");
        SystemTool.Require("ip", "iproute2");
        if (lab.Init is not null)
        {
            throw new CommandFailure(ExitStatus.Failed, $"a lab of {lab.Hosts.Count} hosts is up already in {directory}; end it with 'yado lab down'");
        }

        lab.RemoveFiles();
        lab.WriteFiles(count, program, cpus is { } limit ? CpuGroups.Make(directory, count, limit) : null);
        lab.WriteCertificates();
        if (cluster)
        {
            lab.Store.Prepare();
        }

        List<string> arguments = [unshare];
        if (!Environment.IsPrivilegedProcess)
        {
            arguments.AddRange(["--user", "--map-root-user"]);
        }

        arguments.AddRange(["--net", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private",
            "sh", Path.Combine(directory, "lab.sh"), directory, program, Subnet]);
        arguments.AddRange(Enumerable.Range(1, count).Select(n => UptimeOffset(n).ToString(CultureInfo.InvariantCulture)));

        // setsid: the lab outlives this terminal. The shell redirects, then becomes the lab.
        ProcessStartInfo start = new("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" </dev/null >\"$log\" 2>&1", "sh", lab.Log, setsid, .. arguments]);
        try
        {
            using Process process = Process.Start(start)!;
            lab.WaitUntilUp(process, cancel);
            await Task.WhenAll(lab.Hosts.Select(h => WaitUntilAnswersAsync(h, lab.UpLimit, cancel)));
        }
        catch
        {
            lab.Down();
            throw;
        }

        return lab;
    }

    /// <summary>Ends every process of the lab and removes its files; namespaces and links go with their last process.</summary>
    public void Down()
    {
        if (Init is { } init)
        {
            using Process process = Process.GetProcessById(init.Pid);
            process.Kill();
            WaitGone(init, "the lab");
        }

        CpuGroups.Remove(_directory);
        RemoveFiles();
    }

    /// <exception cref="CommandFailure">No such host, or it is dead.</exception>
    public LabHost Host(string name)
    {
        IReadOnlyList<LabHost> hosts = Hosts;
        return hosts.FirstOrDefault(h => h.Name == name)
            ?? throw new CommandFailure(ExitStatus.NotFound, $"no host '{name}' in the lab; there are {string.Join(' ', hosts.Select(h => h.Name))}");
    }

    /// <summary>The command that runs another command on a host, in this process's working directory where it exists there.</summary>
    public IReadOnlyList<string> CommandOn(LabHost host, IReadOnlyList<string> command)
    {
        ProcessIdentity init = host.Init
            ?? throw new CommandFailure(ExitStatus.NotFound, $"host {host.Name} is dead; its last words are in {host.Log}");
        const string Script = ". \"$1\"; cd \"$2\" 2>/dev/null || cd /; shift 2; exec \"$@\"";
        return
        [
            .. Enter(init), "--mount", "--uts", "--ipc", "--net", "--pid", "--time", "--",
            "sh", "-c", Script, "sh", Path.Combine(host.Directory, "environment"), Environment.CurrentDirectory, .. command,
        ];
    }

    /// <summary>Cuts a host off: nothing gets in or out, and nobody is told. <see cref="Join"/> undoes it.</summary>
    public void Cut(LabHost host) => SetLink(host, "down");

    public void Join(LabHost host) => SetLink(host, "up");

    /// <summary>Starts the lab's etcd again.</summary>
    public void StartStore() => Store.Start(
        [.. Enter(Init ?? throw new CommandFailure(ExitStatus.NotFound, $"no lab is up in {_directory}")), "--net", "--mount", "--pid", "--"]);

    public IReadOnlyList<LabHostStatus> Status()
    {
        string[] up = InNetwork("ip", "-o", "link", "show", "up").Split('\n');
        return
        [
            .. Hosts.Select(host => new LabHostStatus(
                host.Name,
                host.Address,
                host.Init?.Pid,
                host.Init is { } ? UptimeOf(host) : null,
                up.Any(line => line.Contains($" p{host.Number}@", StringComparison.Ordinal)) ? "up" : "cut")),
        ];
    }

    /// <summary>Hosts differ in uptime, as real ones do, and not in the order of their names.</summary>
    private static int UptimeOffset(int number) => (number * 7919 % 97 * 3600) + (number * 61);

    private static double UptimeOf(LabHost host)
    {
        string own = File.ReadAllText("/proc/uptime").Split(' ')[0];
        return double.Parse(own, CultureInfo.InvariantCulture) + UptimeOffset(host.Number);
    }

    private static List<string> Enter(ProcessIdentity init)
    {
        List<string> command = [SystemTool.Require("nsenter", "util-linux"), "--target", init.Pid.ToString(CultureInfo.InvariantCulture)];
        if (!Environment.IsPrivilegedProcess)
        {
            command.AddRange(["--user", "--preserve-credentials"]);
        }

        return command;
    }

    private static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private LabHost HostAt(int number) => new(number, Path.Combine(_directory, $"h{number}"));

    private void SetLink(LabHost host, string state) => InNetwork("ip", "link", "set", $"p{host.Number}", state);

    private string InNetwork(params string[] command)
    {
        ProcessIdentity init = Init ?? throw new CommandFailure(ExitStatus.NotFound, $"no lab is up in {_directory}");
        List<string> all = [.. Enter(init), "--net", "--", .. command];
        return SystemTool.Run(all[0], all[1..]);
    }

    private void WriteFiles(int count, string program, CpuGroups? groups)
    {
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        System.IO.Directory.CreateDirectory(_directory, Private);
        // Once more: somebody may have made it in the meantime.
        RequireTrusted();
        foreach (string script in (string[])["lab.sh", "boot.sh", "host.sh", "store.sh"])
        {
            using Stream source = Assembly.GetExecutingAssembly().GetManifestResourceStream("Yadokari.Cli.Lab." + script)!;
            using FileStream target = File.Create(Path.Combine(_directory, script));
            source.CopyTo(target);
        }

        string binaries = Path.Combine(_directory, "bin");
        System.IO.Directory.CreateDirectory(binaries);
        File.CreateSymbolicLink(Path.Combine(binaries, "yado"), program);
        for (int number = 1; number <= count; number++)
        {
            LabHost host = HostAt(number);
            System.IO.Directory.CreateDirectory(host.YadoHome, Private);
            File.WriteAllText(Path.Combine(host.Directory, "environment"),
                $"""
                export YADO_LAB=1 YADO_LAB_HOST={host.Name} YADO_LAB_DIR={Quote(_directory)}
                export HOME={Quote(host.Home)} YADO_HOME={Quote(host.YadoHome)} XDG_RUNTIME_DIR="/run/user/$(id -u)" TMPDIR={TemporaryDirectory}
                export DOTNET_BUNDLE_EXTRACT_BASE_DIR={Quote(Path.Combine(host.Directory, "bundle"))}
                export PATH={Quote(binaries)}":$PATH"
                {(groups is null ? "unset YADO_JOB_CGROUP" : $"export YADO_JOB_CGROUP={Quote(groups.Of(number))}")}

                """);
        }
    }

    /// <summary>All keys are drawn and all certificates signed here, before the first daemon starts.</summary>
    private void WriteCertificates()
    {
        LabHost first = HostAt(1);
        HomeDirectory authority = new(first.YadoHome);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        ClusterTrust.Init(authority, first.Name, [IPAddress.Parse(first.Address)], now);
        ClusterTrust.Give(
            authority, [.. Hosts.Skip(1).Select(h => new NewHost(new HomeDirectory(h.YadoHome), h.Name, [IPAddress.Parse(h.Address)]))],
            $"{first.Address}:{Limits.Port}", now);
    }

    /// <summary>Scripts in it are run, and pids in it are signalled: they must be this user's.</summary>
    private void RequireTrusted()
    {
        if (TrustedPath.FindFault(_directory) is { } fault)
        {
            throw new CommandFailure(ExitStatus.Failed, $"{_directory} is no place for a lab: {fault}; choose another with YADO_LAB_DIR");
        }
    }

    private void RemoveFiles()
    {
        if (System.IO.Directory.Exists(_directory))
        {
            // Only what the lab itself made is ever removed: a directory that is something else is left alone.
            if (!File.Exists(Path.Combine(_directory, "lab.sh")) && System.IO.Directory.EnumerateFileSystemEntries(_directory).Any())
            {
                throw new CommandFailure(ExitStatus.Failed, $"{_directory} is not a lab's directory and not empty; choose another with YADO_LAB_DIR");
            }

            System.IO.Directory.Delete(_directory, recursive: true);
        }
    }

    /// <summary>The host's unix socket is a file, so it can be asked from here, outside its network.</summary>
    private static async Task WaitUntilAnswersAsync(LabHost host, TimeSpan limit, CancellationToken cancel)
    {
        using YadoClient daemon = YadoClient.ForSocket(new HomeDirectory(host.YadoHome).Socket);
        Stopwatch clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await daemon.GetHostAsync(cancel);
                return;
            }
            catch (YadoException failure) when (failure.Unreachable && clock.Elapsed < limit)
            {
                await Task.Delay(10, cancel);
            }
            catch (YadoException failure)
            {
                string last = File.Exists(host.Log) ? File.ReadAllText(host.Log).Trim().Split('\n')[^1] : "";
                throw new CommandFailure(ExitStatus.Failed, $"the daemon of {host.Name} does not answer: {(last.Length > 0 ? last : failure.Message)}", failure);
            }
        }
    }

    private void WaitUntilUp(Process process, CancellationToken cancel)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (Init is null || Hosts.Any(h => h.Init is null))
        {
            cancel.ThrowIfCancellationRequested();
            if (process.HasExited || clock.Elapsed > UpLimit)
            {
                string last = File.Exists(Log) ? File.ReadAllText(Log).Trim().Split('\n')[^1] : "";
                List<LabHost> dead = [.. Hosts.Where(h => h.Init is null)];
                if (last.Length == 0 && dead.FirstOrDefault(h => File.Exists(h.Log)) is { } first)
                {
                    last = File.ReadAllText(first.Log).Trim().Split('\n')[^1];
                }

                string why = process.HasExited ? $"ended with status {process.ExitCode}" : $"did not come up within {UpLimit.TotalSeconds} s ({string.Join(' ', dead.Select(h => h.Name))})";
                throw new CommandFailure(ExitStatus.Failed, $"the lab {why}: {(last.Length > 0 ? last : "no message")}; 'yado doctor' says what is permitted here");
            }

            Thread.Sleep(2);
        }
    }
}
