using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Store;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <content>What others ask about moves to this host; nothing is changed.</content>
public sealed partial class MoveTarget
{
    /// <summary>The host that a move comes from; null when it is not known here.</summary>
    public string? SourceOf(string id) => _moves.TryGetValue(id, out IncomingMove? move) ? move.Record.Offer.SourceName : null;

    /// <summary>Jobs are on their way here.</summary>
    public bool IsExpecting => _moves.Values.Any(m => !m.Record.State.IsFinal);

    public MovePhase? PhaseOf(string id) => _moves.TryGetValue(id, out IncomingMove? move) ? move.Record.State.Phase : null;

    /// <summary>What it would say to an offer, and what it lacks of that which the job needs.</summary>
    /// <exception cref="YadoException">What the job needs can't be understood; exit status 2.</exception>
    public MoveForecast Foresee(ForeseeMove question)
    {
        MoveOffer offer = question.Offer;
        List<ObstacleInfo> reasons = FindReasons(offer);
        lock (_admission)
        {
            if (FindInWay(offer) is { } inWay)
            {
                reasons.Add(inWay);
            }
            else if (jobs.HasName(offer.JobName))
            {
                reasons.Add(NameTaken(offer));
            }
        }
        // In the words of one version: of another one nothing is to be had.
        if (offer.ProtocolVersion == ProtocolVersion.Current && offer.Build == HostFacts.Build)
        {
            try
            {
                reasons.AddRange(EngineCall.ToInfos(engine.FindMissing(question.Needs)));
            }
            catch (InvalidDataException failure)
            {
                throw new YadoException(YadoError.WrongUsage, failure.Message, failure);
            }
        }
        return new MoveForecast(reasons);
    }

    /// <summary>Asked under the lock of all moves.</summary>
    private ObstacleInfo? FindInWay(MoveOffer offer) =>
        _moves.Values.Any(m => !m.Record.State.IsFinal && m.Record.Offer.JobId == offer.JobId) || _moves.ContainsKey(offer.MoveId)
            ? new("duplicate", "it is on its way here already")
            : _moves.Values.Count(m => !m.Record.State.IsFinal) >= MaxIncoming
                ? new("busy", $"{MaxIncoming} other jobs are on their way here")
                : null;

    private static ObstacleInfo NameTaken(MoveOffer offer) => new("duplicate", $"another job here has the name '{offer.JobName}'");

    /// <summary>True when a file of the images directory belongs to a move that may still need it.</summary>
    public bool NeedsImage(string move) => (_moves.TryGetValue(move, out IncomingMove? known) && !known.Record.State.IsFinal) || IsCheckpoint(move);

    /// <summary>True when a job directory belongs to a move that is under way.</summary>
    public bool NeedsJob(string job, int epoch) =>
        _moves.Values.Any(m => !m.Record.State.IsFinal && m.Record.Offer.JobId == job && m.Record.Offer.Epoch == epoch);

    /// <summary>The image is the job's first checkpoint on this host: one that is to survive its host is never without.</summary>
    private JobCheckpoint Arrival(IncomingMove move, long imageLength)
    {
        MoveOffer offer = move.Record.Offer;
        return new JobCheckpoint(
            home.Image(move.Record.Id), DateTimeOffset.UtcNow, LengthOf(home.Output(offer.JobId, offer.Epoch)),
            LengthOf(home.Errors(offer.JobId, offer.Epoch)), ErrorsToOutput: false, imageLength);
    }

    /// <summary>Soon, not at once: the end of the move has to be on the disk before, and to give back a large file's memory takes as long as
    /// a blink, while the source waits to hear that the job runs. What a daemon that dies meanwhile has left is removed by the next.</summary>
    private async Task EndAsync(string move)
    {
        await Task.Yield();
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                store.Flush();
                break;
            }
            catch (StoreException failure)
            {
                LogImageLeft(logger, move, home.Image(move), failure.Message);
                await Task.Delay(pace.Delay(attempt)).ConfigureAwait(false);
            }
        }
        DeleteImage(move);
    }

    /// <summary>Of a move whose end is on the disk.</summary>
    private void DeleteImage(string move)
    {
        try
        {
            if (!IsCheckpoint(move))
            {
                SharedPlace.Delete(home.Image(move));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogImageLeft(logger, move, home.Image(move), failure.Message);
        }
    }

    private bool IsCheckpoint(string move)
    {
        string path = home.Image(move);
        return jobs.All.Any(e => e.Record.Checkpoints.Any(c => c.Path == path));
    }

    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
