using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Consent;
using Yadokari.Linux.Proc;

namespace Yadokari.Cli;

/// <summary>The consent of a process that is saved without a daemon; for most programs there is nothing to ask.</summary>
public sealed class ProcessConsent : IDisposable
{
    private readonly CaptureConsent? _consent;
    private readonly TimeSpan _patience;
    private readonly CancellationToken _cancel;

    private ProcessConsent(CaptureConsent? consent, TimeSpan patience, CancellationToken cancel)
    {
        _consent = consent;
        _patience = patience;
        _cancel = cancel;
    }

    /// <summary>Asks and waits.</summary>
    /// <exception cref="ObstacleException">The program holds itself in place.</exception>
    public static async Task<ProcessConsent> AskAsync(int pid, TimeSpan patience, CancellationToken cancel)
    {
        ProcessConsent asked = new(CaptureConsent.Ask(pid, null), patience, cancel);
        asked.JobName = asked._consent is { JobName: var told } ? told is { Length: > 0 } ? told : ProcStat.Read(pid)?.Name : null;
        try
        {
            await (asked._consent?.WaitAsync(patience, cancel) ?? Task.CompletedTask);
            return asked;
        }
        catch
        {
            asked.Dispose();
            throw;
        }
    }

    /// <summary>Name of the job that a program which knows it moves is, or would be; null for all others.</summary>
    public string? JobName { get; private set; }

    /// <summary>Freezes the process and captures it. When only what passes by itself is in the way then, it runs on for a moment, and it
    /// is tried again, some times.</summary>
    /// <exception cref="ObstacleException">It has obstacles.</exception>
    public CaptureReport Capture(CheckpointSession session, Func<CaptureReport> capture)
    {
        PassingMoment moment = new(PassingMoment.UsualPatience);
        while (true)
        {
            try
            {
                Freeze(session);
                return capture() with { RanOn = moment.Times };
            }
            // A program that was told that it is captured must not run on before it is told that it was not.
            catch (ObstacleException passing) when (_consent is null && moment.GoesOn(passing.Obstacles))
            {
                session.Thaw();
            }

            _cancel.WaitHandle.WaitOne(moment.Next());
            _cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Freezes the process in a moment when its program does not hold itself in place.</summary>
    private void Freeze(CheckpointSession session)
    {
        session.Freeze();
        while (_consent is not null && !_consent.TryEnter())
        {
            session.Thaw();
            _consent.WaitAsync(_patience, _cancel).GetAwaiter().GetResult();
            session.Freeze();
        }
    }

    public void Dispose() => _consent?.Dispose();
}
