using System.Diagnostics;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>
/// Slurm on this machine: a controller and two nodes, n1 and n2, with directories and ports of their own, and jobs of an ordinary user
/// (65534). Nothing of a Slurm that this machine may have is touched: all of it is told by SLURM_CONF. Needs root, for only root's
/// daemons may start a job as another user. Everything ends with <see cref="Dispose"/>.
/// </summary>
public sealed class SlurmCluster : IDisposable
{
    private const string Nobody = "65534";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    private readonly List<Process> _daemons = [];

    public SlurmCluster()
    {
        Files = Directory.CreateTempSubdirectory("yado-slurm-").FullName;
        if (!IsPossible)
        {
            return;
        }

        try
        {
            File.SetUnixFileMode(Files, (UnixFileMode)0x1ED); // 0755
            Directory.CreateDirectory(File_("jobs"));
            Yado.RunProgram(Yado.NoVariables, ["chown", Nobody, File_("jobs")]).Succeeds();
            File.Copy(Path.Combine(Yado.Root(), "tests/Lab/slurm/reader.pl"), File_("reader.pl"));
            File.SetUnixFileMode(File_("reader.pl"), (UnixFileMode)0x1A4); // 0644
            File.WriteAllText(File_("slurm.conf"), Configuration());
            Start("slurmctld", "-D");
            Start("slurmd", "-D", "-N", "n1");
            Start("slurmd", "-D", "-N", "n2");
            Until.Holds(() => Ask("sinfo", "-h", "-t", "idle", "-o", "%D").Output.Trim() == "2", () => $"the nodes do not come up: {Ask("sinfo").Output}{Log()}");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Slurm is installed, and these tests are root's.</summary>
    public static bool IsPossible => Environment.IsPrivilegedProcess && File.Exists("/usr/sbin/slurmctld") && File.Exists("/usr/sbin/slurmd") && File.Exists("/usr/bin/sbatch");

    public string Files { get; }

    internal static void Require() => Skip.IfNot(IsPossible, "needs root and Slurm (slurmctld, slurmd, slurm-client)");

    internal string File_(string name) => Path.Combine(Files, name);

    /// <summary>A file in the directory from which jobs are submitted.</summary>
    internal string JobFile(string name) => Path.Combine(Files, "jobs", name);

    internal string Read(string name) => File.Exists(JobFile(name)) ? File.ReadAllText(JobFile(name)) : "";

    /// <summary>Submits a script as the user.</summary>
    /// <returns>Its number.</returns>
    internal string Submit(string name, string script, params IReadOnlyList<string> options)
    {
        File.WriteAllText(JobFile(name), "#!/bin/bash\n" + script);
        return AsUser("sh", ["-c", "cd \"$0\" && exec sbatch --parsable \"$@\"", JobFile(""), .. options, name]).Succeeds().Output.Trim();
    }

    /// <summary>Runs a command as the user.</summary>
    internal Ending AsUser(string tool, params IReadOnlyList<string> arguments) =>
        Yado.RunProgram(Variables, ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", tool, .. arguments]);

    /// <summary>Runs a tool of Slurm as root.</summary>
    internal Ending Ask(string tool, params IReadOnlyList<string> arguments) => Yado.RunProgram(Variables, [tool, .. arguments]);

    /// <summary>What scontrol says of a job, all its words in one line.</summary>
    internal string Show(string job) => Ask("scontrol", "show", "job", "-o", job).Output;

    /// <summary>Waits until a job has come to a state.</summary>
    internal void Await(string job, Func<string, bool> state)
    {
        long start = Stopwatch.GetTimestamp();
        while (!state(Show(job)))
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"job {job} does not come as far: {Show(job)}{Log()}");
            }

            Thread.Sleep(100);
        }
    }

    /// <summary>Waits until it is over.</summary>
    internal string End(string job)
    {
        Await(job, said => said.Contains("JobState=", StringComparison.Ordinal) && !said.Contains("JobState=PENDING", StringComparison.Ordinal) && !said.Contains("JobState=RUNNING", StringComparison.Ordinal)
            && !said.Contains("JobState=COMPLETING", StringComparison.Ordinal));
        return Show(job);
    }

    public void Dispose()
    {
        if (_daemons.Count > 0)
        {
            Ask("scancel", "--full", "--signal=KILL", $"--user={Nobody}");
            Ask("scancel", $"--user={Nobody}");
        }

        foreach (Process daemon in _daemons)
        {
            daemon.Kill(entireProcessTree: true);
            daemon.WaitForExit();
            daemon.Dispose();
        }

        // What a node has started lives on without it, and is known by the cluster that it was told of.
        ToldProcesses.End($"SLURM_CONF={File_("slurm.conf")}");
        Directory.Delete(Files, recursive: true);
    }

    private Dictionary<string, string> Variables => new()
    {
        ["SLURM_CONF"] = File_("slurm.conf"),
        ["HOME"] = JobFile(""),
        ["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = JobFile("bundle"),
    };

    private string Log() => string.Concat(Directory.EnumerateFiles(Files, "*.log").Select(f => $"\n{f}:\n{string.Join('\n', File.ReadLines(f).TakeLast(20))}"));

    private void Start(string daemon, params IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new("/bin/sh", ["-c", PmsPrograms.CloseAll + "exec \"$0\" \"$@\" </dev/null >/dev/null 2>&1", $"/usr/sbin/{daemon}", .. arguments]);
        start.Environment["SLURM_CONF"] = File_("slurm.conf");
        _daemons.Add(Process.Start(start)!);
    }

    private string Configuration()
    {
        string host = Yado.RunProgram(Yado.NoVariables, ["hostname", "-s"]).Succeeds().Output.Trim();
        int[] ports = FreePorts.Take(3);
        // A requeued job waits until what its former run may still bring is no longer taken (cred_expire): two minutes as a rule, five seconds at least.
        return $"""
            ClusterName=yadotest
            SlurmctldHost={host}(127.0.0.1)
            SlurmUser=root
            SlurmdUser=root
            AuthType=auth/none
            CredType=cred/none
            AuthInfo=cred_expire=5
            SlurmctldPort={ports[0]}
            SlurmctldPidFile={File_("slurmctld.pid")}
            SlurmdPidFile={File_("slurmd-%n.pid")}
            SlurmctldLogFile={File_("slurmctld.log")}
            SlurmdLogFile={File_("slurmd-%n.log")}
            StateSaveLocation={File_("state")}
            SlurmdSpoolDir={File_("spool-%n")}
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            MpiDefault=none
            ReturnToService=2
            SchedulerType=sched/builtin
            SchedulerParameters=sched_interval=1
            SelectType=select/linear
            PreemptType=preempt/partition_prio
            PreemptMode=REQUEUE
            KillWait=5
            NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=1
            NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=1
            PartitionName=usual Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=REQUEUE GraceTime=60
            PartitionName=urgent Nodes=n1,n2 MaxTime=INFINITE State=UP PriorityTier=9 PreemptMode=OFF

            """;
    }
}
