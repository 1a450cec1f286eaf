using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <summary>The target of a move as its source sees it. Failures are YadoExceptions.</summary>
public interface IMoveTarget : IDisposable
{
    Task<HostInfo> HelloAsync(CancellationToken cancellation);

    /// <summary>What would stand in the way of taking a job; nothing is changed there.</summary>
    Task<MoveForecast> ForeseeAsync(ForeseeMove question, CancellationToken cancellation);

    Task<MoveStatus> ReserveAsync(MoveOffer offer, CancellationToken cancellation);

    /// <summary>Opens the one stream that carries the image and the logs.</summary>
    Task<IImageStream> OpenImageAsync(string move, CancellationToken cancellation);

    /// <summary>Returns when that many rounds of the image have come there, and whatever is filled with it has them: what is copied next is
    /// what was written meanwhile. A hint: after some seconds in any case.</summary>
    Task<MoveStatus> RoundAsync(string move, int rounds, CancellationToken cancellation);

    Task<MoveStatus> PrepareAsync(string move, PrepareMove prepare, CancellationToken cancellation);

    Task<JobInfo> ReleaseAsync(string move, CancellationToken cancellation);

    Task<MoveStatus> AbortAsync(string move, CancellationToken cancellation);
}
