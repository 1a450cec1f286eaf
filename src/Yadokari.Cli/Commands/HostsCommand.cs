using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Yadokari.Cli.Figures;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado hosts</c>: the hosts with their load.</summary>
public static class HostsCommand
{
    private const int UsualSeconds = 600;

    private static readonly Option<bool> Json = CommonOptions.Json();

    private static readonly Option<string?> History = new("--history")
    {
        Description = "Draw the load of all hosts to this file instead (SVG), a curve for each with clock times",
        HelpName = "FILE.svg",
    };

    private static readonly Option<int?> Seconds = new("--seconds")
    {
        Description = $"How far back the drawing goes, 1 to {Limits.LoadSeconds}; 600 when left out",
        HelpName = "N",
    };

    private static readonly Option<TimeSpan?> Last = Quantity.DurationOption(
        "--last", $"How far back the drawing goes, up to {Limits.LoadMinutes / 60}h; what is older than an hour are means of minutes");

    public static Command Create()
    {
        Seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > Limits.LoadSeconds)
            {
                result.AddError($"--seconds must be 1 to {Limits.LoadSeconds}");
            }
        });
        Command command = new("hosts", "List the hosts with their load, or draw it") { Json, History, Seconds, Last };
        command.Validators.Add(result =>
        {
            if (result.GetResult(Last) is null || result.GetValue(Last) is not { } last)
            {
                return;
            }

            if (last < TimeSpan.FromSeconds(1) || last > TimeSpan.FromMinutes(Limits.LoadMinutes))
            {
                result.AddError($"--last must be 1s to {Limits.LoadMinutes / 60}h: no host keeps more");
            }
            else if (result.GetValue(Seconds) is not null)
            {
                result.AddError("give --last or --seconds, not both");
            }
        });
        command.SetAction(RunAsync);
        HelpWithExamples.SetText(command,
            """
            QUEUE: threads that run or wait for a processor, mean of the last seconds. CPU: processors in use, of those that
            jobs may use. WAITING: per cent of the last 10 s in which a thread waited for a processor (PSI).

            Each host keeps the means of its minutes for four weeks, over restarts; a time in which it did not run is a gap.

            Examples:
              yado hosts --history load.svg --seconds 3600
              yado hosts --history weeks.svg --last 500h
            """);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using YadoClient daemon = await LocalDaemon.ConnectAsync(cancel);
        if (parsed.GetValue(History) is { } file)
        {
            int seconds = (int?)parsed.GetValue(Last)?.TotalSeconds ?? parsed.GetValue(Seconds) ?? UsualSeconds;
            ClusterPicture picture = await ClusterPicture.TakeAsync(daemon, seconds, cancel);
            await WriteAsync(file, LoadFigure.Draw(picture.Histories, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), seconds), cancel);
            Console.WriteLine($"the load of {picture.Histories.Count} {(picture.Histories.Count == 1 ? "host" : "hosts")} is drawn in {file}");
            return;
        }

        HostList list = await daemon.GetHostsAsync(cancel);
        IReadOnlyList<PeerInfo> hosts =
        [
            new PeerInfo { Address = list.Self.Address ?? "-", Name = list.Self.Name, Host = list.Self },
            .. list.Peers.OrderBy(p => p.Name ?? p.Address, StringComparer.Ordinal),
        ];
        if (parsed.GetValue(Json))
        {
            Output.Json(JsonSerializer.Serialize(hosts, CliJson.Default.IReadOnlyListPeerInfo));
            return;
        }

        Output.WriteTable(["HOST", "ADDRESS", "JOBS", "QUEUE", "CPU", "WAITING", "MEMORY FREE", "DISK FREE", "OWNER", "UP", "KERNEL"], hosts.Select(Row));
    }

    private static async Task WriteAsync(string file, string drawing, CancellationToken cancel)
    {
        try
        {
            await File.WriteAllTextAsync(file, drawing, cancel);
        }
        catch (DirectoryNotFoundException failure)
        {
            string directory = Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/";
            throw new CommandFailure(ExitStatus.NotFound, $"cannot draw to {file}: there is no directory {directory}; make it or give another file", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitStatus.Failed, $"cannot draw to {file}: {failure.Message} Give a file in a directory of yours", failure);
        }
    }

    private static IReadOnlyList<string> Row(PeerInfo peer)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        return peer.Host is { } host
            ?
            [
                host.Name + (host.Draining ? " (draining)" : ""),
                peer.Address,
                host.RunningJobs.ToString(invariant),
                host.Load?.RunQueue.ToString("0.0", invariant) ?? "-",
                $"{host.Load?.CpuUse.ToString("0.0", invariant) ?? "-"} of {(host.Load?.Capacity ?? host.CpuCount).ToString("0.##", invariant)}",
                host.Load?.CpuPressure is { } pressure ? pressure.ToString("0", invariant) + " %" : "-",
                Output.Size(host.MemoryAvailable),
                Output.Size(host.DiskFree),
                host.Load is { } load ? (load.OwnerPresent ? "present" : "away") : "-",
                Output.Duration(TimeSpan.FromSeconds(host.UptimeSeconds)),
                host.Kernel,
            ]
            : [peer.Name ?? "?", peer.Address, "no answer", "", "", "", "", "", "", "", ""];
    }
}
