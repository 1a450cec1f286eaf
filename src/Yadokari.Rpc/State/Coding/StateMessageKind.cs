namespace Yadokari.Rpc.State.Coding;

internal enum StateMessageKind : byte
{
    /// <summary>All of it.</summary>
    Full = 1,

    /// <summary>What was copied ahead: the members that track changes.</summary>
    Ahead = 2,

    /// <summary>Changes since then, and all members that track none.</summary>
    Delta = 3,
}
