using System.Text.Json;

namespace Yadokari.Engine.Context;

/// <summary>Bounds of a manifest as text, looked at while it is read and before anything is made of it: an object or a list of
/// two bytes costs many times that in memory.</summary>
internal static class ManifestSize
{
    /// <summary>Bytes of JSON.</summary>
    public const int MaxLength = 256 << 20;

    /// <summary>Names, values, objects and lists of it together: a process with 65530 mappings, the kernel's own bound, has about
    /// two million.</summary>
    public const int MaxTokens = 16 << 20;

    private const int MaxDepth = 32;

    /// <exception cref="EngineException">BadContextFile: more bytes than a manifest may have.</exception>
    public static void RequireLength(long bytes)
    {
        if (bytes > MaxLength)
        {
            throw ContextHeader.Bad($"its manifest is too large: {bytes} bytes, {MaxLength} at most");
        }
    }

    /// <exception cref="EngineException">BadContextFile: too large, or no JSON.</exception>
    public static void Check(ReadOnlySpan<byte> manifest)
    {
        RequireLength(manifest.Length);
        Utf8JsonReader reader = new(manifest, new JsonReaderOptions { MaxDepth = MaxDepth });
        int tokens = 0;
        try
        {
            while (reader.Read())
            {
                if (++tokens > MaxTokens)
                {
                    throw ContextHeader.Bad($"its manifest is too large: more than {MaxTokens} values");
                }
            }
        }
        catch (JsonException failure)
        {
            throw ContextHeader.Bad("its manifest can't be understood", failure);
        }
    }
}
