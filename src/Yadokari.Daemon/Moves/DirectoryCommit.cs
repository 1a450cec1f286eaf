using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Cluster;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Moves;

/// <summary>Writes the commit of a move into the cluster's directory, however long that takes: what was at the source is dead, or serves no
/// more, and the target waits.</summary>
public static partial class DirectoryCommit
{
    /// <returns>False: another host has the job; the move is void.</returns>
    public static async Task<bool> MakeAsync(IJobDirectory directory, MoveRecord move, RetryPace pace, ILogger logger, CancellationToken stopping)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await directory.CommitAsync(move, stopping).ConfigureAwait(false);
            }
            catch (YadoException failure)
            {
                LogRetried(logger, move.Id, failure.Message);
                await Task.Delay(pace.Delay(attempt), stopping).ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "move {Move}: the directory has not taken the commit yet: {Reason}")]
    private static partial void LogRetried(ILogger logger, string move, string reason);
}
