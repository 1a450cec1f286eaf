using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Scheduling;

namespace Yadokari.Web.Watching;

/// <summary>
/// Looks at the cluster for all pages together, and only while there are any: what the daemon has to do does not depend on how
/// many watch. Thread-safe.
/// </summary>
public sealed class ClusterWatch(YadoClient daemon, TimeProvider time)
{
    /// <summary>A page that takes nothing for so many looks is cut off; it comes again by itself.</summary>
    private const int MostWaiting = 30;

    private const int LooksBetweenPolicies = 5;

    /// <summary>From one look to the next; longer where a look takes long, so that looking is a small part of what the hosts do.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(4);

    private const int RestForWork = 12;

    private readonly Lock _lock = new();
    private readonly ClusterState _state = new();
    private readonly HashSet<Channel<ReadOnlyMemory<byte>>> _pages = [];
    private TaskCompletionSource _came = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastPage = time.GetTimestamp();
    private string? _trouble;

    /// <summary>Of the jobs that <see cref="_state"/> knows: only what has changed since is asked for.</summary>
    private string _version = "";

    /// <summary>How long nobody has watched; zero while somebody does.</summary>
    public TimeSpan Unwatched
    {
        get
        {
            lock (_lock)
            {
                return _pages.Count > 0 ? TimeSpan.Zero : time.GetElapsedTime(_lastPage);
            }
        }
    }

    /// <summary>Changes as JSON; the first one is all that is known. Ends when the page is too slow. Give it back by <see cref="Leave"/>.</summary>
    public Channel<ReadOnlyMemory<byte>> Come()
    {
        Channel<ReadOnlyMemory<byte>> page = Channel.CreateBounded<ReadOnlyMemory<byte>>(MostWaiting);
        lock (_lock)
        {
            page.Writer.TryWrite(ToJson(_state.Whole(Now) with { Trouble = _trouble }));
            _pages.Add(page);
            _came.TrySetResult();
        }
        return page;
    }

    /// <summary>A page is about to come: what it will show is looked for while it is loaded.</summary>
    public void Expect()
    {
        lock (_lock)
        {
            _came.TrySetResult();
        }
    }

    public void Leave(Channel<ReadOnlyMemory<byte>> page)
    {
        lock (_lock)
        {
            _pages.Remove(page);
            _lastPage = time.GetTimestamp();
            if (_pages.Count == 0)
            {
                _came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>Tells the pages of a move with all its figures.</summary>
    public void Note(PageMove move)
    {
        lock (_lock)
        {
            if (_state.Note(move) is not null)
            {
                Tell(new PageChange { At = Now, Moves = [move] });
            }
        }
    }

    /// <summary>Where a job was when it was seen last.</summary>
    public PageJob? Job(string id)
    {
        lock (_lock)
        {
            return _state.Job(id);
        }
    }

    /// <summary>Looks until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        for (long look = 0; ; look++)
        {
            Task came;
            lock (_lock)
            {
                came = _came.Task;
            }
            if (!came.IsCompleted)
            {
                await came.WaitAsync(cancellation).ConfigureAwait(false);
                look = 0;
            }
            long begun = Stopwatch.GetTimestamp();
            await LookAsync(look % LooksBetweenPolicies == 0, cancellation).ConfigureAwait(false);
            TimeSpan took = Stopwatch.GetElapsedTime(begun);
            RestUnlessWatched();
            TimeSpan rest = TimeSpan.FromTicks(Math.Clamp((took * RestForWork).Ticks, Interval.Ticks, LongestInterval.Ticks));
            await Task.Delay(rest, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A page that was expected may not have come.</summary>
    private void RestUnlessWatched()
    {
        lock (_lock)
        {
            if (_pages.Count == 0 && _came.Task.IsCompleted)
            {
                _came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    private async Task LookAsync(bool withPolicy, CancellationToken cancellation)
    {
        try
        {
            Task<JobList> jobs = daemon.ListJobsAndHostsAsync(everywhere: true, _version, cancellation: cancellation);
            Task<PolicyInfo>? policy = withPolicy ? daemon.GetPolicyAsync(cancellation) : null;
            await Task.WhenAll([jobs, .. policy is null ? Array.Empty<Task>() : [policy]]).ConfigureAwait(false);
            lock (_lock)
            {
                _trouble = null;
                _version = jobs.Result.Version ?? "";
                Tell(_state.Take(jobs.Result, policy?.Result, Now));
            }
        }
        catch (YadoException failure)
        {
            lock (_lock)
            {
                _trouble = failure.Message;
                Tell(new PageChange { At = Now, Trouble = failure.Message });
            }
        }
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static ReadOnlyMemory<byte> ToJson(PageChange change) => JsonSerializer.SerializeToUtf8Bytes(change, WebJson.Default.PageChange);

    private void Tell(PageChange change)
    {
        ReadOnlyMemory<byte> json = ToJson(change);
        foreach (Channel<ReadOnlyMemory<byte>> page in _pages)
        {
            if (!page.Writer.TryWrite(json))
            {
                page.Writer.TryComplete();
            }
        }
    }
}
