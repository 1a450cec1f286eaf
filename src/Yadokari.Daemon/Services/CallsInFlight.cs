using System.Diagnostics;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Services;

namespace Yadokari.Daemon.Services;

/// <summary>Waits for the calls that are in flight when a service is to move: as long as they last, or as long as its caller has patience.
/// Other calls are served meanwhile, or held, as the service declares.</summary>
/// <param name="patience">In all; null: until they end.</param>
internal sealed class CallsInFlight(InstanceControl control, string service, TimeSpan? patience, IProgress<MoveProgress> progress)
{
    /// <summary>How often is told that calls are waited for, milliseconds.</summary>
    private const int TellEach = 1000;

    /// <summary>Calls are held for so long at first, for those in flight to end, milliseconds. When others go on for longer, they are
    /// let in again; next time it is twice as long.</summary>
    private const int FirstHold = 500;
    private const int LongestHold = 5000;

    private readonly long _begun = Stopwatch.GetTimestamp();
    private int _hold = FirstHold;

    /// <summary>Waits for those that are in flight now; calls are served meanwhile.</summary>
    /// <exception cref="YadoException">The patience is over.</exception>
    public async Task AwaitAsync(CancellationToken cancellation)
    {
        while ((await control.DoAsync(new ControlCommand(ControlVerb.AwaitCalls) { PatienceMilliseconds = Within(TellEach) }, cancellation).ConfigureAwait(false)).Pending is > 0 and var pending)
        {
            Tell(pending);
        }
    }

    /// <summary>Holds new calls and takes the rest of the state; false: calls went on for too long to hold others.</summary>
    /// <exception cref="YadoException">The patience is over.</exception>
    public async Task<bool> TryDrainAsync(string decisionPath, MemoryStream rest, CancellationToken cancellation)
    {
        while (true)
        {
            ControlCommand drain = new(ControlVerb.Drain) { DecisionPath = decisionPath, PatienceMilliseconds = Within(_hold) };
            ControlAnswer drained = await control.CollectAsync(drain, rest, cancellation).ConfigureAwait(false);
            if (drained.Pending == 0)
            {
                return true;
            }
            Tell(drained.Pending);
            if (drained.State != InstanceState.Drained)
            {
                _hold = Math.Min(_hold * 2, LongestHold);
                return false;
            }
            // It holds other calls for as long as these last: that is what it declares.
            _hold = TellEach;
        }
    }

    private void Tell(int pending)
    {
        if (patience is { } most && Stopwatch.GetElapsedTime(_begun) >= most)
        {
            throw new YadoException(
                YadoError.Failed, $"{pending} {(pending == 1 ? "call" : "calls")} to service '{service}' did not end within {most.TotalSeconds:0.###} s: move it later, or with more --patience");
        }
        progress.Report(new MoveProgress { Phase = MovePhase.Copying, PendingCalls = pending });
    }

    private int Within(int milliseconds) =>
        patience is { } most ? (int)Math.Clamp((most - Stopwatch.GetElapsedTime(_begun)).TotalMilliseconds, 0, milliseconds) : milliseconds;
}
