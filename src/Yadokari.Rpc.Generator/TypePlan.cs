namespace Yadokari.Rpc.Generator;

/// <summary>How values of one type are carried.</summary>
/// <param name="Codec">The expression of its codec in generated code.</param>
/// <param name="FillsInPlace">An object that is there can take the state: the member needs no setter.</param>
/// <param name="IsComplete">What is read is complete at once, so it may be hashed.</param>
internal sealed record TypePlan(string Codec, bool FillsInPlace, bool IsComplete)
{
    /// <summary>It can't be made, so an object must be there.</summary>
    public bool FillsOnly { get; init; }
}
