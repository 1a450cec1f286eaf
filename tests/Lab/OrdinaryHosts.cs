using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Yadokari.Faults;

namespace Yadokari.LabTests;

/// <summary>
/// Two daemons of an ordinary user on this machine, each with a home of its own, that know each other by 127.0.0.1. No
/// lab and no root: when the tests are root's, all of it is done as user 65534. Their steps can be armed as those of a
/// <see cref="FaultLab"/>. Everything ends with <see cref="Dispose"/>.
/// </summary>
public sealed class OrdinaryHosts : IDisposable
{
    private const string Nobody = "65534";

    private readonly Dictionary<string, int> _ports;

    public OrdinaryHosts()
    {
        Files = Directory.CreateTempSubdirectory("yado-ordinary-").FullName;
        File.Copy(Path.Combine(AppContext.BaseDirectory, "trail.pl"), File_("trail.pl"));
        if (Environment.IsPrivilegedProcess)
        {
            Yado.RunProgram(Yado.NoVariables, ["chown", "-R", Nobody, Files]).Succeeds();
        }

        _ports = Names.Zip(FreePorts.Take(Names.Count)).ToDictionary();
        try
        {
            YadoOn(Names[0], "cluster", "init", "--name", Names[0], "--address", "127.0.0.1").Succeeds();
            foreach (string host in Names.Skip(1))
            {
                YadoOn(Names[0], "cluster", "give", "--home", Home(host), "--name", host, "--address", "127.0.0.1", "--authority", $"127.0.0.1:{_ports[Names[0]]}").Succeeds();
            }

            foreach (string host in Names)
            {
                StartDaemon(host);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The hosts.</summary>
    public static IReadOnlyList<string> Names { get; } = ["one", "two"];

    /// <summary>A directory of the user.</summary>
    public string Files { get; }

    internal string File_(string name) => Path.Combine(Files, name);

    /// <summary>Runs <c>yado …</c> on a host, as the user.</summary>
    internal Ending YadoOn(string host, params IReadOnlyList<string> arguments) => AsUser(host, [Yado.Program, .. arguments]);

    /// <summary>Runs a command as the user.</summary>
    internal Ending AsUser(string host, params IReadOnlyList<string> command) => Yado.RunProgram(EnvironmentOf(host), [.. Becoming(), .. command]);

    /// <summary>Starts a job that appends the number of each of its steps to a file.</summary>
    /// <param name="options">Of <c>yado run</c>.</param>
    internal JobTrail StartTrail(string host, string name, params IReadOnlyList<string> options)
    {
        YadoOn(host, ["run", "--detach", "--dir", "/", "--name", name, .. options, "--", "perl", File_("trail.pl"), TrailFile(name)]).Succeeds();
        return TrailOf(name);
    }

    /// <summary>The steps of a job, once it has made one.</summary>
    internal JobTrail TrailOf(string name)
    {
        Until.Holds(() => File.Exists(TrailFile(name)), () => $"{name} does not begin");
        JobTrail trail = new(TrailFile(name));
        Until.Holds(() => trail.Read() || trail.Last > 0, () => $"{name} makes no step");
        return trail;
    }

    internal string TrailFile(string name) => File_(name + ".trail");

    /// <summary>The jobs that run, as a host tells of all hosts.</summary>
    internal IReadOnlyList<JsonElement> Running(string host) =>
    [
        .. JsonDocument.Parse(YadoOn(host, "ps", "--json").Succeeds().Output).RootElement.EnumerateArray()
            .Where(j => j.GetProperty("state").GetString() == "running"),
    ];

    /// <summary>Lets a daemon die at a step.</summary>
    internal void Arm(string host, string step)
    {
        File.Delete(Reached(host));
        File.WriteAllText(Path.Combine(Home(host), "fault.new"), $"{step} kill 0\n");
        File.Move(Path.Combine(Home(host), "fault.new"), Path.Combine(Home(host), "fault"), overwrite: true);
    }

    /// <summary>The daemon has died at its step: one that is still dying keeps the next from starting.</summary>
    internal bool HasStruck(string host) => File.Exists(Reached(host)) && !IsAlive(DaemonPid(host));

    /// <summary>kill -9 of a daemon; its jobs run on.</summary>
    internal void KillDaemon(string host)
    {
        int pid = DaemonPid(host);
        if (IsAlive(pid))
        {
            using Process daemon = Process.GetProcessById(pid);
            daemon.Kill();
        }

        Until.Holds(() => !IsAlive(pid), () => $"the daemon of {host} does not end");
    }

    /// <summary>Starts a daemon that is not there, and returns when it answers.</summary>
    internal void StartDaemon(string host)
    {
        string other = Names.Single(n => n != host);
        string options = $"--name {host} --listen 127.0.0.1:{_ports[host]} --peer 127.0.0.1:{_ports[other]}";
        AsUser(host, "sh", "-c", $"exec setsid {Yado.Program} host {options} </dev/null >>{File_(host)}.log 2>&1 &").Succeeds();
        Until.Holds(
            () => IsAlive(DaemonPid(host)) && YadoOn(host, "hosts").Output.Contains($"{host} ", StringComparison.Ordinal),
            () => $"the daemon of {host} does not come up");
    }

    /// <summary>What a daemon keeps.</summary>
    internal string Home(string host) => File_(host);

    public void Dispose()
    {
        string[] up = [.. Names.Where(n => IsAlive(DaemonPid(n)))];
        foreach (string host in up)
        {
            foreach (JsonElement job in Running(host))
            {
                YadoOn(host, "kill", job.GetProperty("id").GetString()!);
            }
        }

        foreach (string host in up)
        {
            KillDaemon(host);
        }

        Directory.Delete(Files, recursive: true);
    }

    private static string[] Becoming() =>
        Environment.IsPrivilegedProcess ? ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups"] : [];

    private static bool IsAlive(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string Reached(string host) => Path.Combine(Home(host), "fault.reached");

    /// <summary>The daemon's, or of the last one there was; 0 when there was none.</summary>
    internal int DaemonPid(string host)
    {
        string file = Path.Combine(Home(host), "daemon.lock");
        if (!File.Exists(file))
        {
            return 0;
        }

        // The daemon holds a lock on it, which .NET would want too.
        string[] lines = Yado.RunProgram(Yado.NoVariables, ["cat", file]).Output.Split('\n');
        return int.TryParse(lines[0], CultureInfo.InvariantCulture, out int pid) ? pid : 0;
    }

    private Dictionary<string, string> EnvironmentOf(string host) => new()
    {
        ["YADO_HOME"] = Home(host),
        ["HOME"] = Files,
        ["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = File_("bundle"),
        ["YADO_LAB"] = "1",
        ["YADO_FAULTS"] = "1",
    };
}
