using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Jobs;
using Yadokari.Engine;
using Yadokari.Engine.Consent;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Programs;

/// <summary>A capture of a job whose program may have something to say about it.</summary>
public static class ConsentedFreeze
{
    /// <summary>The question to the program of a job of this host.</summary>
    public static CaptureConsent? Ask(JobRecord job) => CaptureConsent.Ask(job.Main.Pid, job.Mailbox);

    /// <summary>Does something with a job once its program has consented, and tells it afterwards. The job's gate is not
    /// held while the program is waited for.</summary>
    /// <exception cref="YadoException">It holds itself in place; exit status 3.</exception>
    public static async Task<T> WithConsentAsync<T>(
        JobEntry job, TimeSpan patience, CancellationToken cancellation, Func<CaptureConsent?, Task<T>> act)
    {
        await job.Conversation.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using CaptureConsent? consent = job.Record.IsHere
                ? await AskAsync(job.Record, Ask, patience, cancellation).ConfigureAwait(false)
                : null;
            return await act(consent).ConfigureAwait(false);
        }
        finally
        {
            job.Conversation.Release();
        }
    }

    /// <summary>Asks the program of a job and waits until it lets itself be captured.</summary>
    /// <param name="ask">The question; null is the answer of a program that knows nothing of all this.</param>
    /// <returns>To be disposed after the checkpoint: it tells the program that it goes on here.</returns>
    /// <exception cref="YadoException">It holds itself in place; exit status 3.</exception>
    public static async Task<CaptureConsent?> AskAsync(
        JobRecord job, Func<JobRecord, CaptureConsent?> ask, TimeSpan patience, CancellationToken cancellation)
    {
        CaptureConsent? consent = ask(job);
        try
        {
            await WaitAsync(consent, patience, cancellation).ConfigureAwait(false);
            return consent;
        }
        catch
        {
            consent?.Dispose();
            throw;
        }
    }

    /// <summary>Freezes a job in a moment when its program does not hold itself in place.</summary>
    /// <exception cref="YadoException">There was none; exit status 3. It runs.</exception>
    public static async Task FreezeAsync(ICheckpoint checkpoint, CaptureConsent? consent, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            checkpoint.Freeze();
            while (consent is not null && !consent.TryEnter())
            {
                checkpoint.Thaw();
                await WaitAsync(consent, patience, cancellation).ConfigureAwait(false);
                checkpoint.Freeze();
            }
        }
        catch (EngineException failure)
        {
            throw EngineCall.Translate(failure);
        }
    }

    private static async Task WaitAsync(CaptureConsent? consent, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            await (consent?.WaitAsync(patience, cancellation) ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (ObstacleException held)
        {
            throw EngineCall.Translate(held);
        }
    }
}
