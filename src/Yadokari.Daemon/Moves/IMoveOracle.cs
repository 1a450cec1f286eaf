using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <summary>Asks the source of a move what became of it.</summary>
public interface IMoveOracle
{
    /// <exception cref="Yadokari.Protocol.Errors.YadoException">The source does not answer.</exception>
    Task<MoveStatus> AskAsync(MoveRecord move, CancellationToken cancellation);
}
