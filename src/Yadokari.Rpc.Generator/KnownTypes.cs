using Microsoft.CodeAnalysis;

namespace Yadokari.Rpc.Generator;

/// <summary>The types of .NET that have a codec of their own.</summary>
internal static class KnownTypes
{
    /// <summary>Values without parts: full name of the type → name in <c>Codecs</c>.</summary>
    public static IReadOnlyDictionary<string, string> Scalars { get; } = new Dictionary<string, string>
    {
        ["string"] = "Text",
        ["bool"] = "Boolean",
        ["byte"] = "Byte",
        ["sbyte"] = "SByte",
        ["short"] = "Int16",
        ["ushort"] = "UInt16",
        ["int"] = "Int32",
        ["uint"] = "UInt32",
        ["long"] = "Int64",
        ["ulong"] = "UInt64",
        ["char"] = "Char",
        ["float"] = "Single",
        ["double"] = "Double",
        ["decimal"] = "Decimal",
        ["System.Half"] = "Half",
        ["System.Int128"] = "Int128",
        ["System.UInt128"] = "UInt128",
        ["System.Numerics.BigInteger"] = "BigInteger",
        ["System.Guid"] = "Guid",
        ["System.DateTime"] = "DateTime",
        ["System.DateTimeOffset"] = "DateTimeOffset",
        ["System.TimeSpan"] = "TimeSpan",
        ["System.DateOnly"] = "DateOnly",
        ["System.TimeOnly"] = "TimeOnly",
        ["System.Text.Rune"] = "Rune",
        ["System.Uri"] = "Uri",
        ["System.Version"] = "Version",
        ["System.Net.IPAddress"] = "IPAddress",
        ["System.Text.Json.JsonElement"] = "JsonElement",
        ["System.Text.Json.Nodes.JsonNode"] = "JsonNode",
        ["System.Text.Json.Nodes.JsonObject"] = "JsonObject",
        ["System.Text.Json.Nodes.JsonArray"] = "JsonArray",
    };

    /// <summary>Objects without type parameters that can be filled in place.</summary>
    public static IReadOnlyDictionary<string, string> Objects { get; } = new Dictionary<string, string>
    {
        ["System.Text.StringBuilder"] = "StringBuilder",
        ["System.Collections.BitArray"] = "BitArray",
    };

    /// <summary>Collections by their definition.</summary>
    public static IReadOnlyDictionary<string, KnownCollection> Collections { get; } = new KnownCollection[]
    {
        new("System.Collections.Generic.List<T>", "List"),
        new("System.Collections.Generic.HashSet<T>", "HashSet"),
        new("System.Collections.Generic.SortedSet<T>", "SortedSet"),
        new("System.Collections.Generic.Queue<T>", "Queue"),
        new("System.Collections.Generic.Stack<T>", "Stack"),
        new("System.Collections.Generic.LinkedList<T>", "LinkedList"),
        new("System.Collections.ObjectModel.Collection<T>", "Collection"),
        new("System.Collections.ObjectModel.ObservableCollection<T>", "ObservableCollection"),
        new("System.Collections.Concurrent.ConcurrentQueue<T>", "ConcurrentQueue"),
        new("System.Collections.Concurrent.ConcurrentStack<T>", "ConcurrentStack"),
        new("System.Collections.Concurrent.ConcurrentBag<T>", "ConcurrentBag"),
        new("System.Collections.Generic.Dictionary<TKey, TValue>", "Dictionary"),
        new("System.Collections.Generic.SortedDictionary<TKey, TValue>", "SortedDictionary"),
        new("System.Collections.Generic.SortedList<TKey, TValue>", "SortedList"),
        new("System.Collections.Concurrent.ConcurrentDictionary<TKey, TValue>", "ConcurrentDictionary"),
        new("System.Collections.Generic.PriorityQueue<TElement, TPriority>", "PriorityQueue"),
        new("System.Collections.Immutable.ImmutableArray<T>", "ImmutableArray", FillsInPlace: false),
        new("System.Collections.Immutable.ImmutableList<T>", "ImmutableList", FillsInPlace: false),
        new("System.Collections.Immutable.ImmutableQueue<T>", "ImmutableQueue", FillsInPlace: false),
        new("System.Collections.Immutable.ImmutableStack<T>", "ImmutableStack", FillsInPlace: false),
        new("System.Collections.Immutable.ImmutableHashSet<T>", "ImmutableHashSet", FillsInPlace: false, NeedsKeys: true),
        new("System.Collections.Immutable.ImmutableSortedSet<T>", "ImmutableSortedSet", FillsInPlace: false, NeedsKeys: true),
        new("System.Collections.Immutable.ImmutableDictionary<TKey, TValue>", "ImmutableDictionary", FillsInPlace: false, NeedsKeys: true),
        new("System.Collections.Immutable.ImmutableSortedDictionary<TKey, TValue>", "ImmutableSortedDictionary", FillsInPlace: false, NeedsKeys: true),
        new("System.Collections.Frozen.FrozenSet<T>", "FrozenSet", FillsInPlace: false, NeedsKeys: true),
        new("System.Collections.Frozen.FrozenDictionary<TKey, TValue>", "FrozenDictionary", FillsInPlace: false, NeedsKeys: true),
        new("System.Collections.ObjectModel.ReadOnlyCollection<T>", "ReadOnlyCollection", FillsInPlace: false),
    }.ToDictionary(static c => c.Definition);

    /// <summary>What an interface of collections may hold, and whether anything else is read back as a list.</summary>
    public static IReadOnlyDictionary<string, (string[] Holds, bool OrList)> Interfaces { get; } = new Dictionary<string, (string[], bool)>
    {
        ["System.Collections.Generic.IEnumerable<T>"] = (["List", "[]", "HashSet", "Queue", "ImmutableList"], true),
        ["System.Collections.Generic.IReadOnlyCollection<T>"] = (["List", "[]", "HashSet", "Queue", "ImmutableList"], true),
        ["System.Collections.Generic.IReadOnlyList<T>"] = (["List", "[]", "ImmutableList"], true),
        ["System.Collections.Generic.ICollection<T>"] = (["List", "[]", "HashSet", "LinkedList", "Collection", "ObservableCollection"], false),
        ["System.Collections.Generic.IList<T>"] = (["List", "[]", "Collection", "ObservableCollection"], false),
        ["System.Collections.Generic.ISet<T>"] = (["HashSet", "SortedSet"], false),
        ["System.Collections.Generic.IReadOnlySet<T>"] = (["HashSet", "SortedSet"], false),
        ["System.Collections.Generic.IDictionary<TKey, TValue>"] = (["Dictionary", "SortedDictionary", "SortedList", "ConcurrentDictionary"], false),
        ["System.Collections.Generic.IReadOnlyDictionary<TKey, TValue>"] =
            (["Dictionary", "SortedDictionary", "SortedList", "ConcurrentDictionary"], false),
    };

    /// <summary>Types of System that are carried by what is public in them.</summary>
    public static bool IsPlainSystemType(INamedTypeSymbol type) =>
        type.IsTupleType || type.OriginalDefinition.ToDisplayString() is "System.Collections.Generic.KeyValuePair<TKey, TValue>"
        || (type.Name == "Tuple" && type.ContainingNamespace.ToDisplayString() == "System");

    public static bool IsSystem(INamedTypeSymbol type)
    {
        string space = type.ContainingNamespace?.ToDisplayString() ?? "";
        bool systemName = space == "System" || space.StartsWith("System.", StringComparison.Ordinal)
            || space == "Microsoft" || space.StartsWith("Microsoft.", StringComparison.Ordinal);
        return systemName && type.Locations.All(static l => !l.IsInSource);
    }
}
