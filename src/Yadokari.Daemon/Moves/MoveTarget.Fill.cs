using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Groups;
using Yadokari.Engine.Resume;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <content>The process of a job that is made and filled while the job still runs elsewhere. Without it the image is executed.</content>
public sealed partial class MoveTarget
{
    /// <summary>Milliseconds; half of the time after which a source cuts a stream that nobody reads.</summary>
    private const int FillPatience = 5_000;

    private void Fill(IncomingMove move, ReadOnlySpan<byte> layout, long most)
    {
        if (move.Fill is { } known)
        {
            known.Update(layout, most);
            return;
        }
        MoveOffer offer = move.Record.Offer;
        using SafeFileHandle image = File.OpenHandle(home.Image(move.Record.Id), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using SafeFileHandle exit = File.OpenHandle(home.Exit(offer.JobId, offer.Epoch), FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            Group(move);
            move.Fill = engine.Fill(layout, most, image, exit);
            // What it takes counts where it was taken.
            LimitGroups.Take(move.Fill is null ? [] : move.Groups, move.Fill?.ShellPid ?? 0);
        }
        catch (YadoException failure)
        {
            throw new IOException(failure.Message, failure);
        }
        if (move.Fill is null)
        {
            LogNotFilled(logger, move.Record.Id, "this host can't make its process before its image is whole");
        }
    }

    /// <summary>The groups of a job that has limits: before it takes any memory here.</summary>
    private void Group(IncomingMove move)
    {
        MoveOffer offer = move.Record.Offer;
        move.Groups = LimitGroups.Make(Groups, offer.JobId, offer.Epoch, offer.Limits);
    }

    /// <summary>Returns when as many rounds have come and been loaded, the move was given up, or it takes so long that its source would take
    /// this host for gone.</summary>
    /// <exception cref="YadoException">There is no such move.</exception>
    public async Task<MoveStatus> RoundAsync(string id, int rounds, CancellationToken cancellation)
    {
        IncomingMove move = Find(id);
        await move.Rounds.WhenReachedAsync(rounds, TimeSpan.FromMilliseconds(2 * FillPatience), move.GivenUp.Token, cancellation).ConfigureAwait(false);
        return Status(move);
    }

    /// <summary>The end of a round. What comes next waits until the process has what came, so that little is left for the pause; but not so
    /// long that the source takes this host for gone.</summary>
    private static async Task LoadAsync(IncomingMove move)
    {
        if (move.Fill is { } fill)
        {
            fill.Load();
            await Task.Run(() => fill.Settle(FillPatience)).ConfigureAwait(false);
        }
        move.Rounds.Add();
    }

    /// <summary>Null: there is none, or it can't be used.</summary>
    private IHeldJob? FinishFill(IncomingMove move, ResumeOptions options)
    {
        IHeldJob? held = move.Fill?.Finish(options);
        move.IsFilled = held is not null;
        if (held is null && move.Fill is { } fill)
        {
            LogNotFilled(logger, move.Record.Id, fill.GivenUp ?? "its process has ended");
        }
        move.EndFill();
        return held;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "move {Move} to here: the image is executed, its process was not filled: {Reason}")]
    private static partial void LogNotFilled(ILogger logger, string move, string reason);
}
