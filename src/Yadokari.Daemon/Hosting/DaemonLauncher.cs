using System.Diagnostics;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Hosting;

/// <summary>Starts the daemon of a home in the background when none answers, so that one machine needs no set-up.</summary>
public static class DaemonLauncher
{
    /// <summary>Told to a daemon that is started because a command needs one; it gives way to one that somebody starts.</summary>
    public const string OnDemandOption = "--on-demand";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns a client of a daemon that answers. The caller disposes it.</summary>
    /// <exception cref="YadoException">It did not come up; the message names its log.</exception>
    public static Task<YadoClient> EnsureRunningAsync(HomeDirectory home, CancellationToken cancellation = default) =>
        EnsureRunningAsync(home, [OnDemandOption], cancellation);

    /// <summary>The same.</summary>
    /// <param name="options">What follows <c>yado host</c> when it has to be started.</param>
    public static async Task<YadoClient> EnsureRunningAsync(HomeDirectory home, IReadOnlyList<string> options, CancellationToken cancellation = default)
    {
        YadoClient client = YadoClient.ForSocket(home.Socket);
        try
        {
            if (await AnswersAsync(client, cancellation).ConfigureAwait(false))
            {
                return client;
            }
            home.Create();
            using Process daemon = Launch(home, options);
            for (Stopwatch waited = Stopwatch.StartNew(); waited.Elapsed < Patience;)
            {
                if (await AnswersAsync(client, cancellation).ConfigureAwait(false))
                {
                    return client;
                }
                // Two commands may start one each: the second daemon finds the lock taken and ends, the first one answers.
                await Task.Delay(Look, cancellation).ConfigureAwait(false);
            }
            throw new YadoException(YadoError.Failed, $"the daemon did not come up within {Patience.TotalSeconds} s: see {home.LogFile}");
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static async Task<bool> AnswersAsync(YadoClient client, CancellationToken cancellation)
    {
        try
        {
            await client.GetHostAsync(cancellation, TimeSpan.FromSeconds(5)).ConfigureAwait(false);
            return true;
        }
        catch (YadoException failure) when (failure.Unreachable)
        {
            return false;
        }
    }

    /// <summary>A session of its own: the daemon outlives the terminal it was started from. It is no job, so the
    /// runtime's own spawn will do.</summary>
    private static Process Launch(HomeDirectory home, IReadOnlyList<string> options)
    {
        string self = Environment.ProcessPath ?? throw new YadoException(YadoError.Failed, "cannot find the program itself: start 'yado host' by hand");
        ProcessStartInfo start = new("/bin/sh") { WorkingDirectory = "/" };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("log=$1; shift; exec setsid \"$@\" </dev/null >>\"$log\" 2>&1");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(home.LogFile);
        start.ArgumentList.Add(self);
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }
        start.ArgumentList.Add("host");
        foreach (string option in options)
        {
            start.ArgumentList.Add(option);
        }
        start.Environment["YADO_HOME"] = home.Path;
        return Process.Start(start) ?? throw new YadoException(YadoError.Failed, "cannot start the daemon: start 'yado host' by hand");
    }
}
