using System.Diagnostics;
using Yadokari.Linux;

namespace Yadokari.Engine.Consent;

/// <summary>
/// Asks a program that knows it moves to let itself be captured, from the question to its end:
/// Ask → WaitAsync → (freeze) TryEnter → capture → Dispose. While it stands the program begins no new holds; that none is
/// left is decided while the program stands still, so that no hold is ever cut, whoever dies. Disposing tells the program
/// that it goes on here, where it still does. Used by one thread at a time.
/// </summary>
public sealed class CaptureConsent : IDisposable
{
    /// <summary>How long a capture waits for holds and callbacks when nobody says otherwise.</summary>
    public static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan BeatPeriod = TimeSpan.FromMilliseconds(200);

    private readonly ProgramMailbox _mailbox;
    private readonly Timer _heart;
    private readonly uint _number;
    private uint _beat;

    private CaptureConsent(ProgramMailbox mailbox, MailboxState state)
    {
        _mailbox = mailbox;
        _number = state.Number + 1;
        _beat = state.Number * 1_000_003;
        _mailbox.WriteNumber(_number);
        Beat();
        _mailbox.WriteRequest(ProgramRequest.Asked);
        _mailbox.Notify(state);
        // A request is a lease: a program that sees no beat for some seconds takes it back.
        _heart = new Timer(_ => Beat(), null, BeatPeriod, BeatPeriod);
    }

    /// <summary>The name that a daemon gave the job; empty when none has.</summary>
    public string JobName => _mailbox.ReadJob();

    /// <summary>Asks. Returns at once.</summary>
    /// <param name="address">Where the mailbox is, if the program has told.</param>
    /// <returns>Null when the process is a program like most, which has nothing to say.</returns>
    public static CaptureConsent? Ask(int pid, ulong? address)
    {
        ProgramMailbox? mailbox = ProgramMailbox.TryOpen(pid, address);
        if (mailbox?.TryRead() is not { } state)
        {
            mailbox?.Dispose();
            return null;
        }
        try
        {
            return new CaptureConsent(mailbox, state);
        }
        catch (SystemCallException)
        {
            // It ended just now: the capture will say so.
            mailbox.Dispose();
            return null;
        }
    }

    /// <summary>Waits until nothing holds the program and its callbacks have run. It runs meanwhile.</summary>
    /// <exception cref="ObstacleException">It was not so far within that time; the one obstacle is <c>held</c>.</exception>
    public async Task WaitAsync(TimeSpan patience, CancellationToken cancellation)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (_mailbox.TryRead() is { } state && (state.Holds > 0 || !state.IsReady))
        {
            if (waited.Elapsed > patience)
            {
                throw new ObstacleException(_mailbox.Pid, [Held(state, patience)]);
            }
            if (state.Request == ProgramRequest.None)
            {
                // The program has missed the beat, on a machine too busy for it: ask again.
                _mailbox.WriteRequest(ProgramRequest.Asked);
            }
            await Task.Delay(Look, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>To be called while the program stands still.</summary>
    /// <returns>False when it holds itself in place after all: let it go on, wait, freeze again.</returns>
    public bool TryEnter()
    {
        if (_mailbox.TryRead() is not { } state)
        {
            return true;
        }
        if (state.Holds > 0 || !state.IsReady)
        {
            return false;
        }
        // Goes into the image: who is resumed from it knows that it was.
        _mailbox.WriteCaptured(state);
        return true;
    }

    public void Dispose()
    {
        _heart.Dispose();
        try
        {
            if (_mailbox.TryRead() is { } state && state.Number == _number)
            {
                _mailbox.WriteRequest(ProgramRequest.None);
                _mailbox.Notify(state);
            }
        }
        catch (SystemCallException)
        {
            // It left, or ended.
        }
        _mailbox.Dispose();
    }

    private static Obstacle Held(MailboxState state, TimeSpan patience) => state.Holds > 0
        ? new Obstacle("held", $"the program holds itself in place (pms_hold) and did not release within {patience.TotalSeconds:0.#} s: try again later, or wait longer with --hold-timeout")
        : new Obstacle("held", $"a callback of the program before the move did not return within {patience.TotalSeconds:0.#} s");

    private void Beat()
    {
        try
        {
            _mailbox.WriteBeat(Interlocked.Increment(ref _beat));
        }
        catch (Exception failure) when (failure is SystemCallException or ObjectDisposedException)
        {
            // It ended, or the question has.
        }
    }
}
