using System.Text.Json.Serialization;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <summary>
/// How far a move has come, as one of its two hosts journaled it. A state is written before the act that it names
/// (docs/protocol.md has the table of who may die when).
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "state")]
[JsonDerivedType(typeof(Reserved), "reserved")]
[JsonDerivedType(typeof(Copying), "copying")]
[JsonDerivedType(typeof(Frozen), "frozen")]
[JsonDerivedType(typeof(Sent), "sent")]
[JsonDerivedType(typeof(Prepared), "prepared")]
[JsonDerivedType(typeof(Committed), "committed")]
[JsonDerivedType(typeof(Released), "released")]
[JsonDerivedType(typeof(Aborted), "aborted")]
public abstract record MoveState
{
    private MoveState()
    {
    }

    [JsonIgnore]
    public abstract MovePhase Phase { get; }

    /// <summary>Nothing is left to do.</summary>
    [JsonIgnore]
    public bool IsFinal => Phase is MovePhase.Released or MovePhase.Aborted;

    /// <summary>Both: the target has been asked, or has agreed.</summary>
    public sealed record Reserved : MoveState
    {
        public override MovePhase Phase => MovePhase.Reserved;
    }

    /// <summary>Both: data flows while the job runs.</summary>
    public sealed record Copying(int Round) : MoveState
    {
        public override MovePhase Phase => MovePhase.Copying;
    }

    /// <summary>Source: the job is about to stand still.</summary>
    public sealed record Frozen : MoveState
    {
        public override MovePhase Phase => MovePhase.Frozen;
    }

    /// <summary>Both: the target has every byte.</summary>
    public sealed record Sent(long ImageLength) : MoveState
    {
        public override MovePhase Phase => MovePhase.Sent;
    }

    /// <summary>Both: the target holds the rebuilt process, the image is on its disk.</summary>
    /// <param name="Held">Target only.</param>
    public sealed record Prepared(long ImageLength, HeldFacts? Held) : MoveState
    {
        public override MovePhase Phase => MovePhase.Prepared;
    }

    /// <summary>Source: its copy is about to be killed. Target: its copy is about to be released.</summary>
    /// <param name="Held">Target only: the processes that are about to run.</param>
    public sealed record Committed(long ImageLength, HeldFacts? Held) : MoveState
    {
        public override MovePhase Phase => MovePhase.Committed;
    }

    /// <summary>Both: the job runs on the target.</summary>
    public sealed record Released : MoveState
    {
        public override MovePhase Phase => MovePhase.Released;
    }

    /// <summary>Both: given up.</summary>
    public sealed record Aborted(string Reason) : MoveState
    {
        public override MovePhase Phase => MovePhase.Aborted;
    }
}
