using Yadokari.Rpc.State.Tracking;

namespace Yadokari.Rpc.State.Coding;

/// <summary>A class with carried members: the base of generated code.</summary>
public abstract class ClassCodec<T> : ReferenceCodec<T>
    where T : class
{
    /// <summary>Name of the state.</summary>
    public abstract string StateName { get; }

    /// <summary>Version of what is written.</summary>
    public abstract int Version { get; }

    /// <summary>Bound for the saved state, in bytes.</summary>
    public abstract long MaxBytes { get; }

    /// <summary>What to do with members that this version does not have.</summary>
    public abstract UnknownMembers Unknown { get; }

    /// <summary>The members that track their changes; they are not part of the content.</summary>
    public virtual StateTracker[] TrackersOf(T value) => [];
}
