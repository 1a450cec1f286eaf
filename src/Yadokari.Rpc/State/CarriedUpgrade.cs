using System.Diagnostics.CodeAnalysis;
using Yadokari.Rpc.State.Coding;

namespace Yadokari.Rpc.State;

/// <summary>
/// Older state on its way into a newer class, for a method with <see cref="CarriedUpgradeAttribute"/>: old members can be
/// read under their old names, and members of the class given values. Nothing has been restored yet, so that a failure
/// leaves everything as it was.
/// </summary>
/// <example><code>
/// [CarriedUpgrade]
/// private static void Upgrade(CarriedUpgrade old)
/// {
///     if (old.Version &lt; 2 &amp;&amp; old.TryRead("_name", Codecs.Text, out string? name))
///     {
///         old.Set(nameof(_firstName), name.Split(' ')[0]);
///     }
/// }
/// </code></example>
public sealed class CarriedUpgrade
{
    private readonly CarriedReader _reader;
    private readonly Dictionary<string, int> _positions;
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    internal CarriedUpgrade(CarriedReader reader, int version, Dictionary<string, int> positions)
    {
        _reader = reader;
        Version = version;
        _positions = positions;
    }

    /// <summary>The version of the saved state, lower than that of the class.</summary>
    public int Version { get; }

    /// <summary>The names of the members in the saved state.</summary>
    public IReadOnlyCollection<string> Names => _positions.Keys;

    /// <summary>Reads an old member, whatever it refers to included.</summary>
    /// <exception cref="InvalidDataException">It is of another type.</exception>
    public bool TryRead<T>(string name, Codec<T> codec, [MaybeNullWhen(false)] out T value)
    {
        ArgumentNullException.ThrowIfNull(codec);
        if (!_positions.TryGetValue(name, out int position))
        {
            value = default;
            return false;
        }

        int back = _reader.Position;
        _reader.Position = position;
        value = codec.Read(_reader);
        _reader.Finish();
        _reader.Position = back;
        return true;
    }

    /// <summary>Gives a member of the class a value, whatever the saved state has under that name.</summary>
    public void Set<T>(string name, T value) => _values[name] = value;

    /// <summary>For generated code: the value given to a member.</summary>
    public bool TryGet<T>(string name, [MaybeNullWhen(false)] out T value)
    {
        if (!_values.TryGetValue(name, out object? given))
        {
            value = default;
            return false;
        }

        value = given switch
        {
            T fits => fits,
            null when default(T) is null => default!,
            _ => throw _reader.Wrong($"the upgrade gave '{name}' a {given?.GetType().Name ?? "null"}, and it is a {typeof(T).Name}"),
        };
        return true;
    }

    /// <summary>For generated code: whether a member was given a value.</summary>
    public bool Has(string name) => _values.ContainsKey(name);
}
