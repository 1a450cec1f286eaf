namespace Yadokari.Rpc.State.Coding;

internal enum StateSectionKind : byte
{
    End = 0,

    /// <summary>The members that track no changes.</summary>
    Core = 1,

    /// <summary>A tracked member begins, empty.</summary>
    Begin = 2,

    /// <summary>Entries of a tracked member.</summary>
    Slice = 3,

    /// <summary>Changes of a tracked member.</summary>
    Changes = 4,
}
