using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Scheduling;
using Yadokari.Scheduling;
using Yadokari.Scheduling.Choosing;
using Yadokari.Scheduling.Guarding;
using Yadokari.Scheduling.Records;

namespace Yadokari.Daemon.Scheduling;

/// <summary>
/// The rounds: ask every known host, see whether this one decides for all, let the policy decide, let the guard see it, log it,
/// order the moves. With the policy "none" nobody is asked and nothing is done.
/// </summary>
public sealed partial class SchedulerLoop(
    PolicyBook book,
    ISchedulerElection election,
    PeerBook peers,
    Func<HostInfo> facts,
    Func<IReadOnlyList<JobInfo>> ownJobs,
    MoveOrders orders,
    MoveCosts costs,
    DecisionLog log,
    ILogger<SchedulerLoop> logger)
{
    private static readonly TimeSpan PeerPatience = TimeSpan.FromSeconds(3);

    /// <summary>After so many rounds in which only the deciding host was asked, all are: a new one may have to decide.</summary>
    private const int RoundsBetweenLooks = 12;

    private readonly JobLedger _ledger = new();
    private IPlacementPolicy? _inUse;
    private HostInfo? _decider;
    private int _roundsToLook;
    private long _rounds;
    private long _refused;

    public long Rounds => Interlocked.Read(ref _rounds);

    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Name of the host that decides, as of the last round.</summary>
    public string? Scheduler { get; private set; }

    public double? LastRoundMilliseconds { get; private set; }

    public string? Trouble { get; private set; }

    /// <summary>Goes on until the daemon stops.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Task changed = book.Changed;
            (ChoosePolicy choice, PolicyChoice made) = book.Held;
            ForgetOld(made.Policy);
            bool isIdle = choice.Name == "none";
            if (!isIdle)
            {
                await TryRoundAsync(choice, made, stopping).ConfigureAwait(false);
            }
            Task pause = isIdle ? Task.Delay(Timeout.Infinite, stopping) : Task.Delay(TimeSpan.FromSeconds(made.Every), stopping);
            await Task.WhenAny(changed, pause).ConfigureAwait(false);
        }
        (_inUse as IDisposable)?.Dispose();
    }

    /// <summary>Tells the other hosts a choice; those that don't answer learn it in a later round.</summary>
    public async Task TellAsync(ChoosePolicy choice, IEnumerable<HostPlace> hosts, CancellationToken cancellation) =>
        await Task.WhenAll(hosts.Select(async host =>
        {
            try
            {
                using YadoClient client = YadoClient.ForAddress(host.Address, name: host.Name);
                using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                limit.CancelAfter(PeerPatience);
                await client.ChoosePolicyAsync(choice, limit.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is YadoException or OperationCanceledException)
            {
                LogUntold(logger, host.Address, failure.Message);
            }
        })).ConfigureAwait(false);

    private void ForgetOld(IPlacementPolicy policy)
    {
        if (!ReferenceEquals(_inUse, policy))
        {
            (_inUse as IDisposable)?.Dispose();
            _inUse = policy;
            Trouble = null;
        }
    }

    private async Task TryRoundAsync(ChoosePolicy choice, PolicyChoice made, CancellationToken stopping)
    {
        try
        {
            await RoundAsync(choice, made, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The daemon ends.
        }
        catch (Exception failure)
        {
            // A policy that throws, or anything else: the jobs run on, and the next round is tried.
            Trouble = $"the round failed: {failure.Message.ReplaceLineEndings(" ")}";
            LogRoundFailed(logger, failure);
        }
    }

    private async Task RoundAsync(ChoosePolicy choice, PolicyChoice made, CancellationToken stopping)
    {
        Stopwatch clock = Stopwatch.StartNew();
        HostInfo self = facts();
        if (await AnotherDecidesAsync(choice, self, stopping).ConfigureAwait(false))
        {
            return;
        }
        HostInfo[] others =
        [
            .. (await peers.AskAllAsync(stopping).ConfigureAwait(false)).Select(p => p.Host is { } host ? host with { Address = p.Address } : null)
                .OfType<HostInfo>().Where(h => h.Instance != self.Instance).DistinctBy(h => h.Instance),
        ];
        await AgreeAsync(choice, others, stopping).ConfigureAwait(false);
        if (book.Choice.Revision != choice.Revision)
        {
            return;
        }
        string? elected = await election.FindAsync(self, others, stopping).ConfigureAwait(false);
        Scheduler = others.Append(self).FirstOrDefault(h => h.Instance == elected)?.Name;
        if (elected != self.Instance)
        {
            _decider = others.FirstOrDefault(h => h.Instance == elected);
            // Not all in the same round.
            _roundsToLook = Random.Shared.Next(RoundsBetweenLooks / 2, RoundsBetweenLooks);
            return;
        }
        HostInfo[] hosts = [self, .. others];
        IReadOnlyList<JobInfo> jobs = await AskJobsAsync(self, others, stopping).ConfigureAwait(false);
        Decide(choice, made, hosts, jobs);
        LastRoundMilliseconds = clock.Elapsed.TotalMilliseconds;
    }

    /// <summary>The host that decided at the last look still does: then nobody else is asked, for if every host asked all others each round,
    /// requests would grow with the square of their number.</summary>
    private async Task<bool> AnotherDecidesAsync(ChoosePolicy choice, HostInfo self, CancellationToken stopping)
    {
        if (_decider is not { Address: { } address } decider)
        {
            return false;
        }
        _decider = null;
        bool elected = election.NeedsOthers
            ? _roundsToLook-- > 0
            : await election.FindAsync(self, [], stopping).ConfigureAwait(false) == decider.Instance;
        if (!elected || (await peers.AskAsync(address, stopping).ConfigureAwait(false)).Host is not { } host || host.Instance != decider.Instance)
        {
            return false;
        }
        _decider = decider;
        await AgreeAsync(choice, [host with { Address = address }], stopping).ConfigureAwait(false);
        return true;
    }

    private void Decide(ChoosePolicy choice, PolicyChoice made, HostInfo[] hosts, IReadOnlyList<JobInfo> jobs)
    {
        double now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        long round = Interlocked.Increment(ref _rounds);
        _ledger.Note([.. jobs.DistinctBy(j => j.Id)], now);
        foreach ((string job, TimeSpan pause) in orders.TakeFailures())
        {
            _ledger.LeaveAlone(job, now + pause.TotalSeconds);
        }
        IReadOnlyDictionary<string, string> under = orders.UnderWay;
        Guard guard = new(made.Guard with { AtOnce = Math.Max(0, made.Guard.AtOnce - under.Count) });
        // Exact also where numbers are doubles, as in JavaScript.
        ulong seed = (ulong)Random.Shared.NextInt64(1L << 53);
        ClusterView view = guard.Prepare(ViewBuilder.Build(now, seed, hosts, jobs, _ledger, costs, under));
        Plan plan = made.Policy.Decide(view);
        Trouble = (made.Policy as ProgramPolicy)?.Trouble;
        GuardedPlan guarded = guard.Check(view, plan);
        Interlocked.Add(ref _refused, guarded.Refused.Count);
        log.Write(new DecisionRecord
        {
            Scheduler = hosts[0].Name,
            Round = round,
            Policy = choice.Name,
            Settings = choice.Settings,
            View = view,
            Plan = plan,
            Refused = guarded.Refused,
            Trouble = Trouble,
        });
        Dictionary<string, JobView> byId = view.Jobs.ToDictionary(j => j.Id);
        foreach (PlannedMove move in guarded.Moves)
        {
            orders.Begin(move, hosts.First(h => h.Name == byId[move.Job].Host), hosts.First(h => h.Name == move.Host));
        }
    }

    /// <summary>The newest choice of any host becomes that of all.</summary>
    private async Task AgreeAsync(ChoosePolicy choice, HostInfo[] others, CancellationToken stopping)
    {
        if (book.AcceptsOfOthers && others.MaxBy(h => h.PolicyRevision) is { } newest && newest.PolicyRevision > choice.Revision)
        {
            using YadoClient client = YadoClient.ForAddress(newest.Address!, name: newest.Name);
            book.Adopt((await client.GetPolicyAsync(stopping).ConfigureAwait(false)).Choice);
            return;
        }
        await TellAsync(choice, others.Where(h => h.PolicyRevision < choice.Revision).Select(h => new HostPlace(h.Address!, h.Name)), stopping).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<JobInfo>> AskJobsAsync(HostInfo self, HostInfo[] others, CancellationToken stopping)
    {
        IReadOnlyList<JobInfo>[] answers = await Task.WhenAll(others.Select(async host =>
        {
            using YadoClient client = YadoClient.ForAddress(host.Address!, name: host.Name);
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            limit.CancelAfter(PeerPatience);
            try
            {
                return (await client.ListJobsAsync(cancellation: limit.Token).ConfigureAwait(false)).Jobs;
            }
            catch (Exception failure) when (failure is YadoException || (failure is OperationCanceledException && !stopping.IsCancellationRequested))
            {
                // Its jobs are not in this view; they run on.
                return [];
            }
        })).ConfigureAwait(false);
        // A job that is just changing hosts may be told by both: the later epoch is the true one.
        return
        [
            .. answers.SelectMany(a => a).Concat(ownJobs()).GroupBy(j => j.Id).Select(g => g.MaxBy(j => (j.Epoch, j.State != JobState.Moved))!)
                .Where(j => !j.IsOver),
        ];
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "host {Address} was not told the placement policy: {Reason}")]
    private static partial void LogUntold(ILogger logger, string address, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "a scheduling round failed; the jobs run on")]
    private static partial void LogRoundFailed(ILogger logger, Exception failure);
}
