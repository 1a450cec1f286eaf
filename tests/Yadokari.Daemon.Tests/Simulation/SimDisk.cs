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

    public void Save(JobRecord? job, MoveRecord? move, bool durable)
    {
        if (job is not null)
        {
            _jobs[job.Id] = JsonSerializer.Serialize(job, StoreJson.Default.JobRecord);
        }
        if (move is not null)
        {
            _moves[(move.Id, move.Role)] = JsonSerializer.Serialize(move, StoreJson.Default.MoveRecord);
        }
        if (durable)
        {
            (_flushedJobs, _flushedMoves) = (new(_jobs), new(_moves));
        }
    }

    public void ForgetUnflushed() => (_jobs, _moves) = (new(_flushedJobs), new(_flushedMoves));

    public IReadOnlyList<JobRecord> Jobs() => [.. _jobs.Values.Select(t => JsonSerializer.Deserialize(t, StoreJson.Default.JobRecord)!)];

    public IReadOnlyList<MoveRecord> Moves() => [.. _moves.Values.Select(t => JsonSerializer.Deserialize(t, StoreJson.Default.MoveRecord)!)];
}
