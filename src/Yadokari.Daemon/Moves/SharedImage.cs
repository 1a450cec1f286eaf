using Yadokari.Daemon.Jobs;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <summary>The image of one move in a directory that both hosts see, from its source's side. Disposing closes the file; who removes
/// it is the target when the job runs there, and whoever gives the move up, when that is in the journal and not before: until then
/// the file may be all that there is of the job.</summary>
internal sealed class SharedImage : IDisposable
{
    private readonly string _move;
    private readonly string _target;
    private readonly bool _isAsked;
    private FileStream? _file;

    private SharedImage(string directory, string move, string target, bool isAsked) =>
        (Directory, _move, _target, _isAsked) = (directory, move, target, isAsked);

    /// <summary>As <see cref="MoveOffer.Via"/>.</summary>
    public string Directory { get; }

    /// <summary>As <see cref="MoveOffer.ViaProof"/>.</summary>
    public string Proof { get; } = SharedPlace.NewProof();

    /// <summary>Where the user asked for a directory it must be there; where both hosts were told of one and it does not serve, the
    /// image is sent. Nothing is written yet.</summary>
    /// <param name="asked">By the user; null: nothing.</param>
    /// <param name="own">What this host was told of.</param>
    /// <returns>Null when the image is sent.</returns>
    /// <exception cref="YadoException">It can't go through the directory that was asked for.</exception>
    public static SharedImage? Choose(string move, JobRecord job, string? asked, string? own, HostInfo there)
    {
        if ((asked ?? (own == there.Via ? own : null)) is not { } directory)
        {
            return null;
        }
        SharedImage image = new(directory, move, there.Name, asked is not null);
        string? fault = job.Plan is { Restart: true }
            ? $"job '{job.Name}' is to survive its host, so its image stays with the target"
            : SharedPlace.FindFault(directory);
        if (fault is null)
        {
            return image;
        }
        image.RefuseIfAsked(YadoError.WrongUsage, $"it can't move through {directory}: {fault}");
        return null;
    }

    /// <summary>Makes the file. Its name is in the journal.</summary>
    /// <returns>This, or null when the image is sent.</returns>
    /// <exception cref="YadoException">It can't be made, and the user has asked for it.</exception>
    public SharedImage? Create()
    {
        try
        {
            _file = SharedPlace.Create(Directory, _move, Proof);
            return this;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            RefuseIfAsked(YadoError.Failed, $"it can't move through {Directory}: {failure.Message}");
            return null;
        }
    }

    /// <summary>Looks at what the target has answered to the offer.</summary>
    /// <returns>This, or null when it does not see the file and the image is sent.</returns>
    /// <exception cref="YadoException">It does not, and the user has asked for it.</exception>
    public SharedImage? Check(MoveStatus reserved)
    {
        if (reserved.NotVia is not { } fault)
        {
            return this;
        }
        RefuseIfAsked(YadoError.Refused, $"host {_target} can't take it through {Directory}: {fault}");
        return null;
    }

    /// <param name="rest">Where the logs go.</param>
    public IImageStream Divert(IImageStream rest) => new SharedImageStream(rest, _file!);

    public void Dispose() => _file?.Dispose();

    /// <summary>Of a move that was given up, or sends its image. Nothing happens when there is none.</summary>
    /// <exception cref="IOException">It can't be removed.</exception>
    public static void Remove(MoveOffer offer)
    {
        if (offer.Via is { } directory && System.IO.Directory.Exists(directory))
        {
            File.Delete(SharedPlace.PathOf(directory, offer.MoveId));
        }
    }

    private void RefuseIfAsked(YadoError kind, string fault)
    {
        if (_isAsked)
        {
            throw new YadoException(kind, fault);
        }
    }
}
