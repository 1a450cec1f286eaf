using System.Collections;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Jobs;
using Yadokari.Linux;
using Yadokari.Linux.Spawn;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Daemon.Draining;

/// <summary>
/// Runs a shell command until it ends with 0, which is the notice that this host is about to be taken away. One that
/// looks once (a poll) is run again some seconds later; one that waits for the notice itself is run once.
/// </summary>
public sealed partial class SpotNotice(string command, IProcessTable processes, Action onNotice, ILogger<SpotNotice> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            int? status = await RunOnceAsync(stopping).ConfigureAwait(false);
            if (status == 0)
            {
                LogNotice(logger, command);
                onNotice();
                return;
            }
            LogNothing(logger, command, status);
            await Task.Delay(Pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The wait(2) status; null when it could not be run, or the daemon stops.</summary>
    private async Task<int?> RunOnceAsync(CancellationToken stopping)
    {
        int pid;
        try
        {
            using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            pid = ChildProcess.Start(new SpawnRequest
            {
                Program = "/bin/sh",
                Arguments = ["sh", "-c", command],
                Environment = [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(e => $"{e.Key}={e.Value}")],
                Descriptors = [nothing, null, null],
                NewSession = true,
            });
        }
        catch (SystemCallException failure)
        {
            LogNotRun(logger, command, failure.Message);
            return null;
        }
        ProcessIdentity? process = processes.Identify(pid);
        try
        {
            if (process is not null)
            {
                await processes.WaitGoneAsync(process, stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            processes.Signal(process!, SIGTERM);
            return null;
        }
        // It has ended, so this does not block; a child nobody waits for would stay as a zombie.
        return ChildProcess.Wait(pid);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "'{Command}' gives notice: this host is about to be taken away")]
    private static partial void LogNotice(ILogger logger, string command);

    [LoggerMessage(Level = LogLevel.Debug, Message = "'{Command}' ended with {Status}: no notice yet")]
    private static partial void LogNothing(ILogger logger, string command, int? status);

    [LoggerMessage(Level = LogLevel.Warning, Message = "'{Command}' can't be run: {Reason}")]
    private static partial void LogNotRun(ILogger logger, string command, string reason);
}
