using System.Text;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Wire;

namespace Yadokari.Web.Acting;

/// <summary>Reads the end of what a job has written.</summary>
public static class LogReader
{
    private const int Lines = 300;

    /// <summary>Characters of each stream that are kept.</summary>
    private const int Most = 256 << 10;

    public static async Task<LogText> ReadAsync(YadoClient there, string job, CancellationToken cancel)
    {
        StringBuilder output = new(), errors = new();
        Decoder outputText = Encoding.UTF8.GetDecoder(), errorText = Encoding.UTF8.GetDecoder();
        await foreach (LogChunk chunk in there.ReadLogAsync(job, follow: false, new LogPart(Lines, null), cancel).ConfigureAwait(false))
        {
            Append(chunk.IsErrors ? errors : output, chunk.IsErrors ? errorText : outputText, chunk.Bytes.Span);
        }
        return new LogText(output.ToString(), errors.ToString());
    }

    private static void Append(StringBuilder text, Decoder decoder, ReadOnlySpan<byte> bytes)
    {
        char[] characters = new char[bytes.Length + 1];
        text.Append(characters, 0, decoder.GetChars(bytes, characters, flush: false));
        if (text.Length > Most)
        {
            text.Remove(0, text.Length - Most);
        }
    }
}
