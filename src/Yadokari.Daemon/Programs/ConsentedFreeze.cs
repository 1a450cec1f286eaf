using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Jobs;
using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;
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
    private static async Task FreezeAsync(ICheckpoint checkpoint, CaptureConsent? consent, TimeSpan patience, CancellationToken cancellation)
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
        catch (EngineException failure) when (failure.Error == EngineError.NoSuchProcess)
        {
            throw new YadoException(YadoError.NotFound, "its process has ended", failure);
        }
        catch (EngineException failure)
        {
            throw EngineCall.Translate(failure);
        }
    }

    /// <summary>Freezes a job and captures it. When only what passes by itself is in the way then, the job runs on for a moment, and it is
    /// tried again, some times.</summary>
    /// <param name="begin">Before each freeze.</param>
    /// <param name="capture">What is done with the job while it stands still; done anew after each moment in which it ran on.</param>
    /// <param name="giveBack">Undoes what <paramref name="capture"/> has done to the job, before it runs on.</param>
    /// <exception cref="YadoException">It has obstacles. It stands still, if they were not found by the freeze itself.</exception>
    public static async Task<CaptureReport> CaptureAsync(
        ICheckpoint checkpoint, CaptureConsent? consent, TimeSpan patience, Action begin, Func<CaptureReport> capture, Action giveBack, CancellationToken cancellation)
    {
        PassingMoment moment = new(PassingMoment.UsualPatience);
        while (true)
        {
            try
            {
                begin();
                await FreezeAsync(checkpoint, consent, patience, cancellation).ConfigureAwait(false);
                return capture() with { RanOn = moment.Times };
            }
            // A program that was told that it is captured must not run on before it is told that it was not.
            catch (ObstacleException passing) when (consent is null && moment.GoesOn(passing.Obstacles))
            {
                giveBack();
                checkpoint.Thaw();
            }
            catch (ObstacleException lasting)
            {
                throw EngineCall.Translate(lasting);
            }

            await Task.Delay(moment.Next(), cancellation).ConfigureAwait(false);
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
