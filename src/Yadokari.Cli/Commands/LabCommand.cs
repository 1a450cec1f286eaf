using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Yadokari.Cli.Lab;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado lab</c>: virtual hosts on this machine.</summary>
public static class LabCommand
{
    private const double MinCpus = 0.05;

    private const double MaxCpus = 1024;

    private static readonly Argument<string> HostName = new("HOST") { Description = "h1, h2, …" };

    public static Command Create()
    {
        Command lab = new("lab", "Virtual hosts on this machine, for demos, tests and experiments")
        {
            Up(), List(), Exec(), Cut(), Join(), Kill(), Boot(), Store(), Down(),
        };
        HelpWithExamples.SetText(lab,
            """
            Each host has its own address, name, pids, mounts, uptime and certificate and runs its own daemon; files are shared.
            Works as an ordinary user as well. There is one lab at a time per directory; YADO_LAB_DIR chooses the directory.

            Examples:
              yado lab up 2                          two hosts, h1 and h2
              yado lab up 4 --cpus 0.4               four weak ones, for experiments with load
              yado lab exec h1 yado run -- bc        a job on h1
              yado lab exec h1 yado move bc h2       … moves to h2
              yado lab cut h2                        h2 falls silent; 'join' brings it back
              yado lab kill h2                       h2 loses its power; 'boot' starts it again
              yado lab up 3 --cluster                three that agree by an etcd
              yado lab down                          nothing is left behind
            """);
        return lab;
    }

    private static Command Up()
    {
        Argument<int> count = new("N")
        {
            Description = $"How many hosts, 1 to {VirtualLab.MaxHosts}",
            CustomParser = result =>
            {
                if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n is >= 1 and <= VirtualLab.MaxHosts)
                {
                    return n;
                }

                result.AddError($"the number of hosts must be 1 to {VirtualLab.MaxHosts}, not '{result.Tokens[0].Value}'");
                return 0;
            },
        };
        Option<bool> tls = new("--tls") { Description = "Nothing more: the hosts always have certificates", Hidden = true };
        Option<bool> cluster = new("--cluster") { Description = "Start an etcd in the lab, by which the hosts find each other and agree" };
        Option<double?> cpus = new("--cpus")
        {
            Description = "Processors for the jobs of each host, e.g. 0.4; all of the machine when left out (needs root)",
            HelpName = "NUMBER",
        };
        cpus.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is not (null or (>= MinCpus and <= MaxCpus)))
            {
                result.AddError($"--cpus must be {MinCpus} to {MaxCpus}");
            }
        });
        Command up = new("up", "Bring up hosts h1 to hN, each with a daemon") { count, tls, cluster, cpus };
        up.SetAction(async parsed =>
        {
            Stopwatch clock = Stopwatch.StartNew();
            using Interruption interruption = new();
            VirtualLab lab = await VirtualLab.UpAsync(VirtualLab.DirectoryInUse(), parsed.GetValue(count), OwnProgram(), interruption.Token, parsed.GetValue(cpus),
                parsed.GetValue(cluster));
            string names = lab.Hosts.Count == 1 ? "h1 is" : $"h1 to h{lab.Hosts.Count} are";
            Console.WriteLine($"{names} up after {Output.Duration(clock.Elapsed)}; try: yado lab exec h1 yado hosts");
        });
        return up;
    }

    private static Command List()
    {
        Option<bool> json = CommonOptions.Json();
        Command list = new("ls", "List the hosts") { json };
        list.SetAction(parsed =>
        {
            IReadOnlyList<LabHostStatus> hosts = VirtualLab.Current().Status();
            if (parsed.GetValue(json))
            {
                Output.Json(JsonSerializer.Serialize(hosts, CliJson.Default.IReadOnlyListLabHostStatus));
                return;
            }

            Output.WriteTable(["HOST", "ADDRESS", "LINK", "UPTIME", "INIT"], hosts.Select(h => (IReadOnlyList<string>)
            [
                h.Name, h.Address, h.Link,
                h.UptimeSeconds is { } uptime ? Output.Duration(TimeSpan.FromSeconds(uptime)) : "dead",
                h.Init?.ToString(CultureInfo.InvariantCulture) ?? "-",
            ]));
        });
        return list;
    }

    private static Command Exec()
    {
        ProgramArgument words = new("COMMAND")
        {
            Description = "The command and its arguments, which are never touched; a shell when left out",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Argument<string> host = new("HOST") { Description = "h1, h2, …" };
        Command exec = new("exec", "Run a command on a host; its exit status becomes that of yado") { host, words };
        exec.SetAction(parsed =>
        {
            VirtualLab lab = VirtualLab.Current();
            string[] command = parsed.GetValue(words) is { Length: > 0 } given ? given : [Environment.GetEnvironmentVariable("SHELL") ?? "/bin/sh"];
            IReadOnlyList<string> full = lab.CommandOn(lab.Host(parsed.GetRequiredValue(host)), command);
            return Foreground.Become(full);
        });
        return exec;
    }

    private static Command Cut()
    {
        Command cut = new("cut", "Cut a host off the network, silently") { HostName };
        cut.SetAction(parsed =>
        {
            VirtualLab lab = VirtualLab.Current();
            lab.Cut(lab.Host(parsed.GetRequiredValue(HostName)));
        });
        return cut;
    }

    private static Command Join()
    {
        Command join = new("join", "Undo 'cut'") { HostName };
        join.SetAction(parsed =>
        {
            VirtualLab lab = VirtualLab.Current();
            lab.Join(lab.Host(parsed.GetRequiredValue(HostName)));
        });
        return join;
    }

    private static Command Store()
    {
        Command kill = new("kill", "End it with SIGKILL, as when its machine fails");
        kill.SetAction(_ => VirtualLab.Current().Store.Kill());
        Command start = new("start", "Start it again with the data it had");
        start.SetAction(_ => VirtualLab.Current().StartStore());
        return new Command("store", "The lab's etcd") { kill, start };
    }

    private static Command Kill()
    {
        Command kill = new("kill", "End a host at once with everything on it, as when the power fails") { HostName };
        kill.SetAction(parsed => VirtualLab.Kill(VirtualLab.Current().Host(parsed.GetRequiredValue(HostName))));
        return kill;
    }

    private static Command Boot()
    {
        Command boot = new("boot", "Start a host that was killed, with its daemon") { HostName };
        boot.SetAction(async (parsed, cancel) =>
        {
            VirtualLab lab = VirtualLab.Current();
            await lab.BootAsync(lab.Host(parsed.GetRequiredValue(HostName)), cancel);
        });
        return boot;
    }

    private static Command Down()
    {
        Command down = new("down", "End all hosts and everything on them; nothing is left behind");
        down.SetAction(_ => VirtualLab.Current().Down());
        return down;
    }

    /// <summary>Full path of this program, as the hosts run it.</summary>
    public static string OwnProgram()
    {
        string program = Environment.ProcessPath!;
        return Path.GetFileName(program) == "yado" ? program
            : throw new CommandFailure(ExitStatus.Failed, "the lab needs the published program: use './yado lab' instead of 'dotnet yado.dll lab'");
    }
}
