using System.Globalization;
using Microsoft.AspNetCore.Http;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Server.Replies;

/// <summary>Which call this is, as its client says.</summary>
/// <param name="Acknowledged">Calls below this number will not be repeated.</param>
/// <param name="Attempt">From 1; more: it may have run before.</param>
internal sealed record CallId(string Client, long Number, long Acknowledged, int Attempt)
{
    /// <summary>Who sends it: <see cref="Replies.Peer"/>.</summary>
    public string Peer { get; init; } = "";

    /// <summary>What it asks: <see cref="RequestDigest"/>.</summary>
    public byte[] Digest { get; init; } = [];

    private const int MinClientLength = 8;
    private const int MaxClientLength = 64;

    /// <summary>Reads the headers. Null and no error: the call has no number, and runs each time it arrives.</summary>
    public static CallId? Read(IHeaderDictionary headers, out string? error)
    {
        error = null;
        string? client = headers[MovedHeaders.Client];
        if (client is null)
        {
            return null;
        }
        if (client.Length is < MinClientLength or > MaxClientLength || !client.All(char.IsAsciiLetterOrDigit))
        {
            error = $"{MovedHeaders.Client} is not {MinClientLength} to {MaxClientLength} letters and digits";
            return null;
        }
        if (!TryNumber(headers[MovedHeaders.Call], out long number) || number < 1)
        {
            error = $"{MovedHeaders.Call} is not a number from 1";
            return null;
        }
        long acknowledged = TryNumber(headers[MovedHeaders.Acknowledged], out long given) ? given : 0;
        int attempt = TryNumber(headers[MovedHeaders.Attempt], out long tried) ? (int)Math.Min(tried, int.MaxValue) : 1;
        return new CallId(client, number, acknowledged, attempt);
    }

    private static bool TryNumber(string? text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
