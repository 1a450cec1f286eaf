using System.Globalization;
using System.IO.Enumeration;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli;

/// <summary>Chooses jobs by KEY=VALUE: one of those with the same key must hold, and every key.</summary>
public sealed class JobFilter(IEnumerable<string> conditions)
{
    private static readonly Dictionary<string, Func<JobInfo, string>> Values = new()
    {
        ["name"] = j => j.Name,
        ["id"] = j => j.Id,
        ["host"] = j => j.Host,
        ["state"] = j => j.State.ToString().ToLowerInvariant(),
        ["kind"] = j => j.Kind.ToString().ToLowerInvariant(),
        ["uid"] = j => j.Uid.ToString(CultureInfo.InvariantCulture),
        ["command"] = j => string.Join(' ', j.Arguments),
    };

    private readonly ILookup<string, string> _conditions =
        conditions.Select(c => c.Split('=', 2)).ToLookup(c => c[0], c => c[1]);

    public static IEnumerable<string> Keys => Values.Keys;

    /// <summary>It names states, so that jobs which are over are meant, too.</summary>
    public bool AsksForStates => _conditions.Contains("state");

    /// <summary>What is wrong with a condition; null: nothing.</summary>
    public static string? WhyNot(string condition)
    {
        if (condition.Split('=', 2) is not [{ } key, { } value])
        {
            return $"'{condition}' is not KEY=VALUE";
        }

        if (!Values.ContainsKey(key))
        {
            return $"jobs have no '{key}'{NearWord.Hint(key, Keys)}; they can be chosen by {string.Join(", ", Keys)}";
        }

        string[] states = [.. Enum.GetNames<JobState>().Select(s => s.ToLowerInvariant())];
        return key == "state" && !value.Contains('*') && !states.Contains(value)
            ? $"there is no state '{value}'{NearWord.Hint(value, states)}; there are {string.Join(", ", states)}"
            : null;
    }

    public bool Matches(JobInfo job) =>
        _conditions.All(key => key.Any(value => FileSystemName.MatchesSimpleExpression(value.Replace(@"\", @"\\", StringComparison.Ordinal), Values[key.Key](job), ignoreCase: false)));
}
