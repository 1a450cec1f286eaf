namespace Yadokari.Carry;

/// <summary>The members of a struct, in their order.</summary>
/// <param name="Type">As it is named in declarations: <c>struct node</c>, or the name of a typedef.</param>
internal sealed record StructShape(string Type, IReadOnlyList<Declaration> Members, int Line)
{
    /// <summary>As a part of names in C.</summary>
    public string Tag => Type.Replace(' ', '_');
}
