namespace Yadokari.Rpc.State.Coding;

/// <summary>
/// Comparers travel by name: a dictionary that ignores case must go on ignoring it. A comparer of the program's own has
/// no name here; such a collection is carried when its member is read-only, since the target's own comparer then stays.
/// </summary>
internal static class ComparerNames
{
    private const string Own = "own:";

    public static string Describe<T>(IEqualityComparer<T>? comparer) => comparer switch
    {
        null => "",
        _ when ReferenceEquals(comparer, EqualityComparer<T>.Default) => "",
        _ => DescribeObject(comparer),
    };

    public static string Describe<T>(IComparer<T>? comparer) => comparer is null || ReferenceEquals(comparer, Comparer<T>.Default)
        ? ""
        : DescribeObject(comparer);

    public static IEqualityComparer<T>? Equality<T>(CarriedReader reader, string description) =>
        Named(reader, description) switch
        {
            null => null,
            IEqualityComparer<T> fits => fits,
            _ => throw reader.Wrong($"the comparer {description} does not compare {typeof(T).Name}"),
        };

    public static IComparer<T>? Ordering<T>(CarriedReader reader, string description) =>
        Named(reader, description) switch
        {
            null => null,
            IComparer<T> fits => fits,
            _ => throw reader.Wrong($"the comparer {description} does not compare {typeof(T).Name}"),
        };

    private static string DescribeObject(object comparer) => comparer switch
    {
        _ when comparer.Equals(StringComparer.Ordinal) => "Ordinal",
        _ when comparer.Equals(StringComparer.OrdinalIgnoreCase) => "OrdinalIgnoreCase",
        _ when comparer.Equals(StringComparer.InvariantCulture) => "InvariantCulture",
        _ when comparer.Equals(StringComparer.InvariantCultureIgnoreCase) => "InvariantCultureIgnoreCase",
        ReferenceEqualityComparer => "Reference",
        _ => Own + comparer.GetType().Name,
    };

    private static object? Named(CarriedReader reader, string description) => description switch
    {
        "" => null,
        "Ordinal" => StringComparer.Ordinal,
        "OrdinalIgnoreCase" => StringComparer.OrdinalIgnoreCase,
        "InvariantCulture" => StringComparer.InvariantCulture,
        "InvariantCultureIgnoreCase" => StringComparer.InvariantCultureIgnoreCase,
        "Reference" => ReferenceEqualityComparer.Instance,
        _ when description.StartsWith(Own, StringComparison.Ordinal) => throw reader.Wrong(
            $"has a comparer of its own ({description[Own.Length..]}); make the member read-only, so that the target's comparer is kept"),
        _ => throw reader.Wrong($"the comparer {description} is not known"),
    };
}
