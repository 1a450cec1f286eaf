using System.Diagnostics;
using System.Globalization;

namespace Yadokari.Cli.Lab;

/// <content>Hosts that lose their power and come back.</content>
public sealed partial class VirtualLab
{
    /// <summary>Ends a host at once and everything that runs on it, as when the power fails. Its files stay.</summary>
    public static void Kill(LabHost host)
    {
        ProcessIdentity init = host.Init ?? throw new CommandFailure(ExitStatus.Failed, $"host {host.Name} is dead already");
        using Process process = Process.GetProcessById(init.Pid);
        process.Kill();
        WaitGone(init, $"host {host.Name}");
    }

    /// <summary>Starts a host that has died, with its daemon; returns when that answers.</summary>
    public async Task BootAsync(LabHost host, CancellationToken cancel)
    {
        if (host.Init is not null)
        {
            throw new CommandFailure(ExitStatus.Failed, $"host {host.Name} is up");
        }

        ProcessIdentity init = Init ?? throw new CommandFailure(ExitStatus.NotFound, $"no lab is up in {_directory}");
        File.Delete(Path.Combine(host.Directory, "init.pid"));
        string program = File.ResolveLinkTarget(Path.Combine(_directory, "bin", "yado"), returnFinalTarget: false)!.FullName;
        // Put behind: its parent is then the lab's init, as that of the hosts which came up with the lab.
        List<string> command =
        [
            .. Enter(init), "--mount", "--net", "--pid", "--",
            "sh", "-c", "setsid sh \"$@\" </dev/null >/dev/null 2>&1 &", "sh",
            Path.Combine(_directory, "boot.sh"), _directory, program, Subnet,
            host.Number.ToString(CultureInfo.InvariantCulture),
            Hosts.Count.ToString(CultureInfo.InvariantCulture),
            UptimeOffset(host.Number).ToString(CultureInfo.InvariantCulture),
        ];
        SystemTool.Run(command[0], command[1..]);
        Stopwatch clock = Stopwatch.StartNew();
        while (host.Init is null)
        {
            if (clock.Elapsed > StartLimit)
            {
                throw new CommandFailure(ExitStatus.Failed, $"host {host.Name} did not come up within {StartLimit.TotalSeconds} s; its last words are in {host.Log}");
            }

            await Task.Delay(2, cancel);
        }

        await WaitUntilAnswersAsync(host, StartLimit, cancel);
    }

    private static void WaitGone(ProcessIdentity init, string what)
    {
        Stopwatch clock = Stopwatch.StartNew();
        // The init of a pid namespace is gone only when all of the namespace is.
        while (init.IsAlive)
        {
            if (clock.Elapsed > StartLimit)
            {
                throw new CommandFailure(ExitStatus.Failed, $"the init of {what}, process {init.Pid}, does not end; something in it hangs in the kernel");
            }

            Thread.Sleep(2);
        }
    }
}
