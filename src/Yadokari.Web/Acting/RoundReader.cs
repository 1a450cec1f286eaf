using System.Text;
using System.Text.Json;

namespace Yadokari.Web.Acting;

/// <summary>Reads the daemon's log of decisions from its end.</summary>
public static class RoundReader
{
    /// <summary>Bytes from the end that are looked at.</summary>
    private const int Reach = 4 << 20;

    /// <summary>The last round that planned a move of the job, else the last one of all.</summary>
    public static (JsonElement? Round, bool Wanted) Find(string path, string job)
    {
        JsonElement? last = null;
        foreach (string line in Backwards(path))
        {
            if (Parse(line) is not { } round)
            {
                continue;
            }
            last ??= round;
            if (line.Contains(job, StringComparison.Ordinal) && Plans(round, job))
            {
                return (round, true);
            }
        }
        return (last, false);
    }

    private static bool Plans(JsonElement round, string job) =>
        round.TryGetProperty("plan", out JsonElement plan) && plan.TryGetProperty("moves", out JsonElement moves)
        && moves.EnumerateArray().Any(m => m.GetProperty("job").GetString() == job);

    private static JsonElement? Parse(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            // Cut off by where the look begins, or being written.
            return null;
        }
    }

    private static IEnumerable<string> Backwards(string path)
    {
        string text;
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(-Math.Min(Reach, file.Length), SeekOrigin.End);
            using StreamReader reader = new(file, Encoding.UTF8);
            text = reader.ReadToEnd();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Reverse();
    }
}
