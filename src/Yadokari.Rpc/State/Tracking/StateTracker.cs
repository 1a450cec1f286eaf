using Yadokari.Rpc.State.Coding;

namespace Yadokari.Rpc.State.Tracking;

/// <summary>
/// Both directions of one collection that tracks its changes. Made by generated code. On the source: <see cref="Begin"/>,
/// slices and rounds of changes while calls run, <see cref="WriteChanges"/> under the pause. On the target: what arrives
/// goes into a stage, which becomes the collection at <see cref="Commit"/>.
/// </summary>
public abstract class StateTracker
{
    private protected StateTracker(string member, bool required)
    {
        Member = member;
        Required = required;
    }

    /// <summary>Name of the member in the saved state.</summary>
    public string Member { get; }

    /// <summary>State without it is refused.</summary>
    internal bool Required { get; }

    internal abstract int ChangeCount { get; }

    internal abstract void Begin();

    internal abstract void Stop();

    /// <summary>All of it, in images of at most so many entries, each made when it is asked for.</summary>
    /// <param name="newWriter">One for each image.</param>
    /// <param name="most">Entries in one image.</param>
    /// <param name="ahead">Calls run meanwhile, and <see cref="Begin"/> was called; otherwise nothing may change.</param>
    internal abstract IEnumerable<ReadOnlyMemory<byte>> Slices(Func<CarriedWriter> newWriter, int most, bool ahead);

    /// <summary>What has changed. With <paramref name="take"/> it counts as copied from here on.</summary>
    internal abstract void WriteChanges(CarriedWriter writer, bool take);

    /// <summary>Begins an empty stage.</summary>
    internal abstract void OpenStage();

    /// <summary>There is a stage.</summary>
    internal abstract bool HasStage { get; }

    internal abstract void ReadSlice(CarriedReader reader);

    internal abstract void ReadChanges(CarriedReader reader);

    /// <summary>The stage becomes the collection: its cost does not depend on the size.</summary>
    internal abstract void Commit();

    internal abstract void DropStage();
}
