namespace Yadokari.Rpc.Generator;

/// <summary>A collection that has a codec.</summary>
/// <param name="Definition">Its definition, as written.</param>
/// <param name="Factory">Name in <c>Codecs</c>; the class has the same.</param>
/// <param name="FillsInPlace">An object that is there can take the state.</param>
/// <param name="NeedsKeys">It is made at once and hashes or sorts its keys.</param>
internal sealed record KnownCollection(string Definition, string Factory, bool FillsInPlace = true, bool NeedsKeys = false);
