using System.Diagnostics;

namespace Yadokari.Cli.Lab;

/// <summary>The lab's etcd: in the lab's network and pid namespaces, so that it ends with the lab.</summary>
/// <param name="directory">Of the lab.</param>
public sealed class LabStore(string directory)
{
    /// <summary>The bridge's own address.</summary>
    public const string Address = VirtualLab.Subnet + ".254";

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);

    /// <summary>What the hosts are given; the file is there when the lab has a store.</summary>
    private string ClusterFile => Path.Combine(directory, "cluster");

    private ProcessIdentity? Running => ProcessIdentity.ReadFile(Path.Combine(directory, "store.pid")) is { IsAlive: true } running ? running : null;

    /// <summary>Before the lab comes up: it shall have a store.</summary>
    /// <exception cref="CommandFailure">etcd is not installed.</exception>
    public void Prepare()
    {
        SystemTool.Require("etcd", "etcd-server");
        File.WriteAllText(ClusterFile, $"etcd://{Address}:2379\n");
    }

    /// <summary>SIGKILL, as when its machine fails.</summary>
    /// <exception cref="CommandFailure">The lab has none, or it does not run.</exception>
    public void Kill()
    {
        RequireStore();
        ProcessIdentity running = Running ?? throw new CommandFailure(ExitStatus.NotFound, "the lab's etcd does not run; 'yado lab store start' starts it");
        using Process process = Process.GetProcessById(running.Pid);
        process.Kill();
        Stopwatch clock = Stopwatch.StartNew();
        while (running.IsAlive && clock.Elapsed < EndLimit)
        {
            Thread.Sleep(2);
        }
    }

    /// <summary>Starts it again with the data it had.</summary>
    /// <param name="enter">The command that enters the lab's namespaces.</param>
    /// <exception cref="CommandFailure">The lab has none, or it runs already.</exception>
    public void Start(IReadOnlyList<string> enter)
    {
        RequireStore();
        if (Running is not null)
        {
            throw new CommandFailure(ExitStatus.Failed, "the lab's etcd runs already; 'yado lab store kill' ends it");
        }

        const string script = "log=$1; shift; setsid \"$@\" </dev/null >>\"$log\" 2>&1 &";
        SystemTool.Run(
            "/bin/sh", ["-c", script, "sh", Path.Combine(directory, "store.log"), .. enter, "sh", Path.Combine(directory, "store.sh"), directory, Address]);
    }

    private void RequireStore()
    {
        if (!File.Exists(ClusterFile))
        {
            throw new CommandFailure(ExitStatus.NotFound, "this lab has no etcd; 'yado lab up N --cluster' brings one up with one");
        }
    }
}
