using System.Diagnostics;
using System.Globalization;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Faults;

/// <summary>
/// Three hosts of a lab whose daemons can be killed at a step, and whose links, disks and power can fail. The home of h3 is
/// a small file system of its own. Everything ends with <see cref="Dispose"/>.
/// </summary>
public sealed class FaultLab : IDisposable
{
    public const int Hosts = 3;

    /// <summary>The host with the small disk.</summary>
    public const int SmallDisk = 3;

    private const string DiskSize = "96m";
    private static readonly TimeSpan StartAgain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly string _yado;
    private readonly string _lab;

    /// <param name="yado">Full path of the program.</param>
    public FaultLab(string yado)
    {
        _yado = yado;
        Directory = System.IO.Directory.CreateTempSubdirectory("yado-faults-").FullName;
        _lab = Path.Combine(Directory, "lab");
        try
        {
            Yado("lab", "up", Hosts.ToString(CultureInfo.InvariantCulture));
            MountSmallDisk();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Seen by every host and from here.</summary>
    public string Directory { get; }

    /// <summary>A client of a host's daemon; it need not run yet.</summary>
    public YadoClient Client(int host) => YadoClient.ForSocket(Path.Combine(Home(host), "daemon.sock"));

    /// <summary>Lets the daemon die, or wait, at a step (see FaultingStore of the daemon).</summary>
    public void Arm(int host, string step, string action, int milliseconds)
    {
        Disarm(host);
        File.WriteAllText(Path.Combine(Home(host), "fault.new"), string.Create(CultureInfo.InvariantCulture, $"{step} {action} {milliseconds}\n"));
        File.Move(Path.Combine(Home(host), "fault.new"), Path.Combine(Home(host), "fault"));
    }

    /// <summary>The daemon has come to its step.</summary>
    public bool HasStruck(int host) => File.Exists(Path.Combine(Home(host), "fault.reached"));

    /// <summary>Lets a daemon go on that waits.</summary>
    public void LetGo(int host) => File.WriteAllText(Path.Combine(Home(host), "fault.go"), "");

    public void Disarm(int host)
    {
        foreach (string file in (string[])["fault", "fault.reached", "fault.go"])
        {
            File.Delete(Path.Combine(Home(host), file));
        }
    }

    /// <summary>Where a host's own file is seen from here.</summary>
    /// <param name="path">Absolute, as the host names it.</param>
    public string Seen(int host, string path) => $"/proc/{Init(Path.Combine(_lab, $"h{host}", "init.pid"))}/root{path}";

    public void SetLink(int host, bool up) =>
        Run(["nsenter", .. User(), "--target", Init(Path.Combine(_lab, "lab.pid")), "--net", "--", "ip", "link", "set", $"p{host}", up ? "up" : "down"]);

    /// <summary>Leaves so many bytes on the small disk.</summary>
    public void FillDisk(long free)
    {
        long size = new DriveInfo(Home(SmallDisk)).AvailableFreeSpace - free;
        if (size > 0)
        {
            using FileStream file = File.Create(Path.Combine(Home(SmallDisk), "filler"));
            byte[] block = new byte[1 << 20];
            for (long left = size; left > 0; left -= block.Length)
            {
                file.Write(block, 0, (int)Math.Min(block.Length, left));
            }
        }
    }

    public void EmptyDisk() => File.Delete(Path.Combine(Home(SmallDisk), "filler"));

    public void KillHost(int host) => Yado("lab", "kill", $"h{host}");

    /// <summary>The host has its power.</summary>
    public bool IsUp(int host)
    {
        string file = Path.Combine(_lab, $"h{host}", "init.pid");
        return File.Exists(file) && System.IO.Directory.Exists($"/proc/{Init(file)}/root/proc");
    }

    public void BootHost(int host) => Yado("lab", "boot", $"h{host}");

    /// <summary>Starts the daemon when it does not answer, as a service manager would, and waits until it does.</summary>
    /// <param name="options">What it is told at each start: of two that are started, either may be the one that lives. What it
    /// was told before it has kept.</param>
    public async Task EnsureDaemonAsync(int host, string options = "")
    {
        using YadoClient client = Client(host);
        Stopwatch waited = Stopwatch.StartNew();
        TimeSpan start = TimeSpan.Zero;
        while (waited.Elapsed < StartPatience)
        {
            try
            {
                HostInfo info = await client.GetHostAsync(timeout: TimeSpan.FromSeconds(5));
                if (info.Address is not null)
                {
                    return;
                }
            }
            catch (YadoException failure) when (failure.Unreachable)
            {
                // Once more: where the one before was still dying, a new one has refused.
                if (waited.Elapsed >= start)
                {
                    StartDaemon(host, options);
                    start = waited.Elapsed + StartAgain;
                }
            }
            await Task.Delay(10);
        }
        throw new TimeoutException($"the daemon of h{host} does not come up");
    }

    public void Dispose()
    {
        if (System.IO.Directory.Exists(_lab))
        {
            Yado("lab", "down");
        }
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    /// <summary>As the host itself sees it; its small disk is mounted nowhere else.</summary>
    private string Home(int host) => Seen(host, $"{_lab}/h{host}/home/.yado");

    private void MountSmallDisk()
    {
        string process;
        using (YadoClient client = Client(SmallDisk))
        {
            // Its pid is that of the host's own namespace.
            int pid = client.GetDoctorAsync().GetAwaiter().GetResult().DaemonPid;
            process = $"/proc/{Init(Path.Combine(_lab, $"h{SmallDisk}", "init.pid"))}/root/proc/{pid}";
            client.StopAsync().GetAwaiter().GetResult();
        }
        // Gone altogether: the last thing it does is to remove its socket, by a path that would soon be the new one's.
        Stopwatch waited = Stopwatch.StartNew();
        while (System.IO.Directory.Exists(process))
        {
            if (waited.Elapsed > StartPatience)
            {
                throw new TimeoutException($"the daemon of h{SmallDisk} does not end");
            }
            Thread.Sleep(10);
        }
        // Its certificate comes along.
        OnHost(SmallDisk, $"cp -a \"$YADO_HOME/tls\" /run/tls && mount -t tmpfs -o size={DiskSize},mode=700 disk \"$YADO_HOME\" && mv /run/tls \"$YADO_HOME/tls\"");
        string peers = string.Join(' ', Enumerable.Range(1, Hosts).Where(h => h != SmallDisk).Select(h => $"--peer 10.199.0.{h}:1991"));
        EnsureDaemonAsync(SmallDisk, $"--listen 10.199.0.{SmallDisk}:1991 --accept all --accept-users all {peers}").GetAwaiter().GetResult();
    }

    private void StartDaemon(int host, string options) =>
        OnHost(host, $"setsid yado host {options} </dev/null >>{_lab}/h{host}/host.log 2>&1 &");

    private void OnHost(int host, string script)
    {
        string init = Init(Path.Combine(_lab, $"h{host}", "init.pid"));
        Run(["nsenter", .. User(), "--target", init, "--mount", "--uts", "--ipc", "--net", "--pid", "--time", "--",
            "sh", "-c", $". {_lab}/h{host}/environment; cd /; {script}"]);
    }

    private static string[] User() => Environment.IsPrivilegedProcess ? [] : ["--user", "--preserve-credentials"];

    private static string Init(string file) => File.ReadAllText(file).Split(' ')[0];

    private void Yado(params string[] arguments) => Run([_yado, .. arguments]);

    private void Run(string[] command)
    {
        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["YADO_LAB_DIR"] = _lab;
        start.Environment["YADO_FAULTS"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {errors.Result}");
        }
    }
}
