using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <summary>The source of a move, by its API.</summary>
/// <param name="route">Where it answers for a move: <see cref="Routes.Move"/> or <see cref="Routes.ServiceMove"/>.</param>
public sealed class HttpMoveOracle(string route) : IMoveOracle
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<MoveStatus> AskAsync(MoveRecord move, CancellationToken cancellation)
    {
        using ApiConnection api = ApiConnection.ToAddress(move.PeerAddress, name: move.PeerName);
        return await api.GetAsync(Routes.Of(route, move.Id), ProtocolJson.Default.MoveStatus, cancellation, Patience).ConfigureAwait(false);
    }
}
