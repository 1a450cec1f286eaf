namespace Yadokari.Carry;

/// <summary>A variable, or a member of a struct.</summary>
/// <param name="Type">Without pointers and bounds of arrays: <c>unsigned int</c>, <c>struct node</c>, <c>entry</c>.</param>
/// <param name="Depth">How many <c>*</c> it has.</param>
/// <param name="Dimensions">What stands between each pair of brackets.</param>
internal sealed record Declaration(string Type, int Depth, string Name, IReadOnlyList<string> Dimensions, Marks Marks, int Line)
{
    /// <summary>The whole type, as C has it without a name.</summary>
    public string FullType => $"{Type}{(Depth > 0 ? " " : "")}{new string('*', Depth)}{string.Concat(Dimensions.Select(d => $"[{d}]"))}";

    /// <summary>As C declares it.</summary>
    public string Text => $"{Type} {new string('*', Depth)}{Name}{string.Concat(Dimensions.Select(d => $"[{d}]"))}";
}
