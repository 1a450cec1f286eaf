using Yadokari.Daemon.Hosting;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Cli.Doctor;

/// <summary>What the daemon of this home says of itself; none is started for it.</summary>
public static class DaemonExamination
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Of the daemon's own checks those that the examination of the machine does not make itself.</summary>
    private static readonly string[] Own = ["address", "others", "cluster", "draining"];

    public static async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancel)
    {
        HomeDirectory home = HomeDirectory.Chosen();
        using YadoClient client = YadoClient.ForSocket(home.Socket);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        try
        {
            home.RequireTrusted();
            DoctorInfo info = await client.GetDoctorAsync(limit.Token);
            return
            [
                new("daemon", true, false, $"process {info.DaemonPid}, home {info.Home}", "jobs can be started and moved", null),
                .. info.Checks.Where(c => Own.Contains(c.Name)).Select(Read),
            ];
        }
        catch (YadoException failure) when (failure.Unreachable)
        {
            return [new("daemon", true, false, $"none runs for {home.Path}", "the next command that needs one starts it", null)];
        }
        catch (Exception failure) when (failure is YadoException || (failure is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return [new("daemon", false, false, $"the one of {home.Path} can't be asked", failure is YadoException ? failure.Message : $"it said nothing for {Patience.TotalSeconds} s", $"see {home.LogFile}")];
        }
    }

    /// <summary>None of them keeps this machine from running jobs, so none of them is needed.</summary>
    private static Finding Read(DoctorCheck check) => new(check.Name, check.Ok, false, check.Ok ? "yes" : "no", check.Detail, null);
}
