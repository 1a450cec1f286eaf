namespace Yadokari.Protocol.Client;

/// <summary>A part of a job's log.</summary>
/// <param name="Tail">The last lines of the output, and as many of the errors; null: all.</param>
/// <param name="Since">What was written since then, to about a second; null: whenever.</param>
public sealed record LogPart(long? Tail, DateTimeOffset? Since)
{
    internal string Query =>
        (Tail is { } lines ? $"&tail={lines}" : "") + (Since is { } moment ? $"&since={Math.Max(0, moment.ToUnixTimeMilliseconds())}" : "");
}
