using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Streams;

/// <summary>Where a foreground job is now, for as long as it takes: daemons that are restarted and hosts that do not answer are
/// waited for. Thread-safe.</summary>
public sealed class JobRoute(YadoClient home, JobInfo job, CancellationToken cancel) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SilenceBeforeWord = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly List<YadoClient> _made = [];
    private readonly YadoClient _home = home;
    private volatile YadoClient _host = home;
    private long? _silentSince;
    private bool _told;

    public string Id => job.Id;

    /// <summary>The host where it was last seen.</summary>
    public YadoClient Host => _host;

    /// <summary>Asks the host where the job is, wherever that is when the answer comes.</summary>
    /// <exception cref="YadoException">The job is lost, or its host refuses.</exception>
    public async Task<T> AskAsync<T>(Func<YadoClient, Task<T>> ask)
    {
        TimeSpan pause = FirstPause;
        while (true)
        {
            YadoClient host = _host;
            try
            {
                T answer = await ask(host).ConfigureAwait(false);
                _silentSince = null;
                return answer;
            }
            catch (YadoException failure) when (failure.Unreachable || failure.ExitStatus == ExitStatus.NotFound)
            {
                if (!await MoveOnAsync(host, failure).ConfigureAwait(false))
                {
                    await Task.Delay(pause, cancel).ConfigureAwait(false);
                    pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                }
            }
        }
    }

    /// <summary>Waits until the job has ended where it is, or has left.</summary>
    public Task<JobInfo> WaitHereAsync() => AskAsync(host => host.WaitHereAsync(job.Id, cancel));

    /// <summary>Waits until the job has ended, wherever it goes.</summary>
    public async Task<JobInfo> WaitAsync()
    {
        while (true)
        {
            JobInfo state = await WaitHereAsync().ConfigureAwait(false);
            if (state.State != JobState.Moved)
            {
                return state;
            }
            await MoveOnAsync(_host, null).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _made.ForEach(host => host.Dispose());
        _gate.Dispose();
    }

    /// <summary>Looks where the job has gone.</summary>
    /// <param name="left">The host that could not answer; when it is not the present one any more, somebody has looked already.</param>
    /// <returns>False: it is there still, as far as anyone knows.</returns>
    private async Task<bool> MoveOnAsync(YadoClient left, YadoException? reason)
    {
        await _gate.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (_host != left)
            {
                return true;
            }
            if (await WhereAsync(left, reason).ConfigureAwait(false) is not { } place || place.Address == left.Place)
            {
                return false;
            }
            // The former ones stay until the end: somebody may be asking them just now.
            _made.Add(YadoClient.ForAddress(place.Address, name: place.Name));
            _host = _made[^1];
            _silentSince = null;
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<HostPlace?> WhereAsync(YadoClient left, YadoException? reason)
    {
        bool known = false;
        bool isSilent = false;
        YadoException? stranger = null;
        foreach (YadoClient host in left == _home ? (YadoClient[])[_home] : [left, _home])
        {
            try
            {
                JobInfo state = await host.GetJobAsync(job.Id, cancel).ConfigureAwait(false);
                known = true;
                if (state is { State: JobState.Moved, MovedToAddress: { } address })
                {
                    return new HostPlace(address, state.MovedTo);
                }
                if (host == left)
                {
                    // It is there: what it said no to may be over now, else it means it.
                    return reason is { ExitStatus: ExitStatus.NotFound } && state.IsOver ? throw reason : null;
                }
            }
            catch (YadoException failure) when (failure.Unreachable)
            {
                isSilent = true;
            }
            catch (YadoException failure) when (failure.ExitStatus == ExitStatus.NotFound)
            {
                // A job started on another host was never known here.
                stranger = failure;
            }
        }
        if (!known && !isSilent && stranger is not null)
        {
            throw stranger;
        }
        if (!known || left != _home)
        {
            await WaitForWordAsync(left).ConfigureAwait(false);
        }
        return null;
    }

    /// <summary>Says once that a host is silent. The daemon of this host is started again when the job has ended meanwhile: else
    /// nobody would ever tell how.</summary>
    private async Task WaitForWordAsync(YadoClient silent)
    {
        _silentSince ??= Environment.TickCount64;
        TimeSpan silence = TimeSpan.FromMilliseconds(Environment.TickCount64 - _silentSince.Value);
        if (silence < SilenceBeforeWord)
        {
            return;
        }
        if (!_told)
        {
            _told = true;
            Console.Error.WriteLine($"yado: {silent.Place} does not answer; {job.Name} is not ended by that, and is waited for");
        }
        if (silent == _home && job.Pid is { } pid && !Directory.Exists($"/proc/{pid}"))
        {
            (await LocalDaemon.ConnectAsync(cancel).ConfigureAwait(false)).Dispose();
        }
    }
}
