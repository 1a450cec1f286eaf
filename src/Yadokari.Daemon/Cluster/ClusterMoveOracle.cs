using Yadokari.Daemon.Moves;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Cluster;

/// <summary>Asks the source; when it is silent, the directory: after the commit that knows as well as the source does.</summary>
public sealed class ClusterMoveOracle(IMoveOracle source, IJobDirectory directory) : IMoveOracle
{
    public async Task<MoveStatus> AskAsync(MoveRecord move, CancellationToken cancellation)
    {
        try
        {
            return await source.AskAsync(move, cancellation).ConfigureAwait(false);
        }
        catch (YadoException failure) when (failure.Unreachable)
        {
            MoveVerdict verdict = await directory.VerdictAsync(move, cancellation).ConfigureAwait(false);
            if (verdict == MoveVerdict.Pending)
            {
                throw;
            }
            return new MoveStatus(move.Id, move.State.Phase, verdict);
        }
    }
}
