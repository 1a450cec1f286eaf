using System.Text.Json;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Store;

namespace Yadokari.Daemon.Tests.Simulation;

/// <summary>What a host's database file holds: as text, through the same JSON as the real one.</summary>
public sealed class SimDisk
{
    private Dictionary<string, string> _jobs = [];
    private Dictionary<(string, MoveRole), string> _moves = [];
    private Dictionary<string, string> _flushedJobs = [];
    private Dictionary<(string, MoveRole), string> _flushedMoves = [];

    /// <summary>As SQLite does it: what stands there already is not written again, and where nothing is written nothing is flushed.</summary>
    public void Save(JobRecord? job, MoveRecord? move, bool durable)
    {
        bool written = job is not null && Write(_jobs, job.Id, JsonSerializer.Serialize(job, StoreJson.Default.JobRecord));
        written |= move is not null && Write(_moves, (move.Id, move.Role), JsonSerializer.Serialize(move, StoreJson.Default.MoveRecord));
        if (durable && written)
        {
            Flush();
        }
    }

    public void Flush() => (_flushedJobs, _flushedMoves) = (new(_jobs), new(_moves));

    public void ForgetUnflushed() => (_jobs, _moves) = (new(_flushedJobs), new(_flushedMoves));

    private static bool Write<T>(Dictionary<T, string> table, T key, string text)
        where T : notnull
    {
        bool written = table.GetValueOrDefault(key) != text;
        table[key] = text;
        return written;
    }

    public IReadOnlyList<JobRecord> Jobs() => [.. _jobs.Values.Select(t => JsonSerializer.Deserialize(t, StoreJson.Default.JobRecord)!)];

    public IReadOnlyList<MoveRecord> Moves() => [.. _moves.Values.Select(t => JsonSerializer.Deserialize(t, StoreJson.Default.MoveRecord)!)];
}
