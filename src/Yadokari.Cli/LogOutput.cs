using Yadokari.Protocol.Wire;

namespace Yadokari.Cli;

/// <summary>Writes the log of a job where the job would have written it: to standard output and standard error, as bytes.</summary>
public static class LogOutput
{
    public static async Task CopyAsync(IAsyncEnumerable<LogChunk> log)
    {
        await using Stream output = Console.OpenStandardOutput();
        await using Stream errors = Console.OpenStandardError();
        await foreach (LogChunk chunk in log)
        {
            await (chunk.IsErrors ? errors : output).WriteAsync(chunk.Bytes);
        }
    }
}
