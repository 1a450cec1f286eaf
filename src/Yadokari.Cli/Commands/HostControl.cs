using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Yadokari.Cli.Cluster;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Trust;
using Yadokari.Protocol.Client;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado host status | stop | restart</c>: the daemon of this host, and none is started for it.</summary>
public static class HostControl
{
    private static readonly Option<bool> Json = CommonOptions.Json();

    public static Command Status()
    {
        Command status = new("status", "Tell whether the daemon of this host runs, and how") { Json };
        status.SetAction(async (parsed, cancel) =>
        {
            RunningDaemon running = await FindAsync(cancel);
            if (parsed.GetValue(Json))
            {
                Output.Json(JsonSerializer.Serialize(running, CliJson.Default.RunningDaemon));
                return;
            }

            HomeDirectory home = HomeDirectory.Default();
            Output.WriteFacts(
            [
                ("name", running.Info.Name),
                ("version", running.Info.Version),
                ("process", $"{running.Info.Pid}{(running.Unit is { } unit ? $", of {unit}" : running.Info.OnDemand ? ", started by itself" : "")}"),
                ("home", home.Path),
                ("listens", running.Info.Address ?? "on its unix socket only"),
                ("jobs", running.Info.RunningJobs.ToString(CultureInfo.InvariantCulture)),
                ("takes jobs", running.Info.Draining ? "no: it is drained, 'yado undrain' ends that" : "yes"),
                ("certificate", HostCredentials.Load(home) is { } credentials ? $"until {ClusterStatus.Of(credentials).Ends:yyyy-MM-dd}" : "none"),
            ]);
        });
        HelpWithExamples.SetText(status,
            """
            Ends with 4 when no daemon runs. YADO_HOME says which one is meant, as for every command.
            """);
        return status;
    }

    public static Command Stop()
    {
        Command stop = new("stop", "End the daemon of this host; its jobs run on");
        stop.SetAction(async (_, cancel) =>
        {
            RunningDaemon running = await FindAsync(cancel);
            RequireOwn(running, "stop");
            await running.StopAsync(HomeDirectory.Default(), cancel);
        });
        return stop;
    }

    public static Command Restart()
    {
        Command restart = new("restart", "End the daemon of this host and start it again, as it was started; its jobs run on");
        restart.SetAction(async (_, cancel) =>
        {
            RunningDaemon running = await FindAsync(cancel);
            RequireOwn(running, "restart");
            HomeDirectory home = HomeDirectory.Default();
            await running.StopAsync(home, cancel);
            using YadoClient daemon = await DaemonLauncher.EnsureRunningAsync(home, running.Options, cancel);
        });
        HelpWithExamples.SetText(restart,
            """
            It runs in the background afterwards, and writes to daemon.log in its home. What is needed after an upgrade, and
            after this host has got a certificate.
            """);
        return restart;
    }

    private static async Task<RunningDaemon> FindAsync(CancellationToken cancel)
    {
        HomeDirectory home = HomeDirectory.Default();
        return await RunningDaemon.FindAsync(home, cancel)
            ?? throw new CommandFailure(ExitStatus.NotFound, $"no daemon runs for {home.Path}: the next command that needs one starts it, or 'yado host' does");
    }

    private static void RequireOwn(RunningDaemon running, string verb)
    {
        if (running.Unit is { } unit)
        {
            string scope = running.Info.Uid == 0 ? "" : " --user";
            throw new CommandFailure(ExitStatus.Failed, $"the daemon belongs to systemd, which would start it again: 'systemctl{scope} {verb} {unit}' does it");
        }
    }
}
