using Yadokari.Daemon.Moves;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Tests.Simulation;

public sealed class SimOracle(SimDaemon daemon) : IMoveOracle
{
    public Task<MoveStatus> AskAsync(MoveRecord move, CancellationToken cancellation)
    {
        // No step of its own: how often it is asked depends on the clock, and steps must be the same in each run.
        lock (daemon.World.Lock)
        {
            daemon.ThrowIfDead("ask");
            SimDaemon source = daemon.Find(move.PeerAddress).Daemon ?? throw new YadoException(YadoError.Failed, "nobody answers") { Unreachable = true };
            MoveVerdict verdict = source.Source.VerdictOf(move.Id);
            daemon.World.Story.Add($"{daemon.Host.Name}: asked, the verdict is {verdict}");
            return Task.FromResult(new MoveStatus(move.Id, MovePhase.Reserved, verdict));
        }
    }
}
