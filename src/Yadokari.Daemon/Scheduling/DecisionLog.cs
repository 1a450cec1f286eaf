using System.Text.Json;
using Microsoft.Extensions.Logging;
using Yadokari.Scheduling.Records;

namespace Yadokari.Daemon.Scheduling;

/// <summary>Every view with its plan, a line of JSON each, so that an experiment can be replayed. Two files of bounded size: when
/// one is full it becomes the old one. Used by one round at a time.</summary>
/// <param name="path">The file; the old one has ".old" behind it.</param>
/// <param name="most">Bytes of one file.</param>
public sealed partial class DecisionLog(string path, long most, ILogger<DecisionLog> logger)
{
    public const long UsualSize = 32 << 20;

    /// <summary>The file that is written.</summary>
    public string File => path;

    /// <summary>A log that can't be written is told in the daemon's log and stops nothing.</summary>
    public void Write(DecisionRecord record)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(record, SchedulingJson.Default.DecisionRecord), (byte)'\n'];
        try
        {
            if (System.IO.File.Exists(path) && new FileInfo(path).Length + line.Length > most)
            {
                System.IO.File.Move(path, path + ".old", overwrite: true);
            }
            using FileStream file = new(path, new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            file.Write(line);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogFailed(logger, path, failure.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the round can't be logged in {Path}: {Reason}")]
    private static partial void LogFailed(ILogger logger, string path, string reason);
}
