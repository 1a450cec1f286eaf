using System.Text;
using Yadokari.Protocol.Wire;

namespace Yadokari.Cli;

/// <summary>Writes the log of a job where the job would have written it: to standard output and standard error, as bytes.</summary>
public static class LogOutput
{
    /// <param name="job">Its name, for what is said when something of it is no longer kept.</param>
    public static async Task CopyAsync(string job, IAsyncEnumerable<LogChunk> log)
    {
        bool isTold = false;
        await using Stream output = Console.OpenStandardOutput();
        await using Stream errors = Console.OpenStandardError();
        await foreach (LogChunk chunk in log)
        {
            if (chunk.IsGap)
            {
                if (!isTold)
                {
                    isTold = true;
                    await errors.WriteAsync(Encoding.UTF8.GetBytes($"yado: what {job} wrote before that is no longer kept (--log-size)\n"));
                }

                continue;
            }

            await (chunk.IsErrors ? errors : output).WriteAsync(chunk.Bytes);
        }
    }
}
