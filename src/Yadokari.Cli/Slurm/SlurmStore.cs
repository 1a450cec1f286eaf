using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Yadokari.Engine;
using Yadokari.Engine.Context;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;

namespace Yadokari.Cli.Slurm;

/// <summary>The directory of one batch job: its record and its context files. One process at a time has it (flock(2)): it is locked
/// until it is disposed. Not thread-safe.</summary>
internal sealed class SlurmStore : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const string RecordName = "state.json";
    private const int MostBytes = 16 << 20;
    private const int HeaderBytes = 4096;

    /// <summary>A job that is over is not requeued any more: Slurm has forgotten it long before.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(100);

    private readonly FileStream _lock;
    private readonly int _index;
    private SlurmRecord _record;

    private SlurmStore(string directory, FileStream held, SlurmRecord record)
    {
        (DirectoryPath, _lock, _record) = (directory, held, record);
        _index = record.Calls - 1;
    }

    /// <summary>Full path.</summary>
    public string DirectoryPath { get; }

    /// <summary>The call of the script that this process is.</summary>
    public SlurmStep Step => _record.Steps[_index];

    /// <summary>Finds or makes what is known of the job, and counts this call.</summary>
    /// <param name="parent">Where the directories of jobs are; is made.</param>
    /// <param name="begin">When this run began, as the controller says; null: it did not.</param>
    /// <param name="program">The program's name.</param>
    /// <exception cref="CommandFailure">Another process has it; it is another job's, of another script, damaged or somebody else's.</exception>
    public static SlurmStore Open(string parent, SlurmBatch batch, string? begin, string program)
    {
        string directory = Path.Combine(parent, batch.DirectoryName);
        try
        {
            Directory.CreateDirectory(parent, OwnerOnly);
            Directory.CreateDirectory(directory, OwnerOnly);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitStatus.Failed, $"{directory} can't be made: {failure.Message}; nothing was started: name a directory that all nodes see by --dir", failure);
        }

        RequireOwn(directory);
        FileStream held = Lock(directory);
        try
        {
            SlurmStore store = new(directory, held, NextCall(directory, batch, begin, program));
            store.Write();
            ForgetOld(parent, directory);
            return store;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>A name in the directory for a file of this step that nobody has yet.</summary>
    public string NewPath(string suffix)
    {
        for (int number = 0; ; number++)
        {
            string path = Path.Combine(DirectoryPath, FormattableString.Invariant($"step{_index}.run{_record.Run}.{number}{suffix}"));
            if (!Path.Exists(path))
            {
                return path;
            }
        }
    }

    /// <summary>What this step is from now on, on disk when this returns. What it had before goes, as far as it is not kept.</summary>
    /// <exception cref="IOException">It can't be written; all is as it was.</exception>
    public void Update(SlurmStep step)
    {
        SlurmRecord before = _record;
        _record = before with { Steps = [.. before.Steps.Select((s, n) => n == _index ? step : s)] };
        try
        {
            Write();
        }
        catch
        {
            _record = before;
            throw;
        }

        foreach (string name in before.Steps[_index].Files.Except(step.Files))
        {
            TryRemove(() => File.Delete(Path.Combine(DirectoryPath, name)));
        }
    }

    /// <summary>Opens the context file from which this step goes on: the one that was written for it, whole, and this user's.</summary>
    /// <returns>The caller disposes it.</returns>
    /// <exception cref="CommandFailure">It is another file, or this host lacks something.</exception>
    /// <exception cref="EngineException">It is gone or damaged.</exception>
    public RunnableContext OpenContext()
    {
        string path = Path.Combine(DirectoryPath, Step.Context!);
        RunnableContext context;
        try
        {
            context = ContextFileCheck.OpenToRun(path);
        }
        catch (EngineException failure)
        {
            throw new CommandFailure(ExitStatus.Failed, $"{failure.Message.ReplaceLineEndings(" ")}; {BeginAnew}", failure);
        }

        if (FileStatus.AtPath(context.Program) is not { } status || status.Uid != CurrentUser.Effective || FingerprintOf(context.Program) != Step.Fingerprint)
        {
            context.Dispose();
            throw new CommandFailure(ExitStatus.Failed, $"{path} is not the file that was saved for this job; {BeginAnew}");
        }

        return context;
    }

    /// <summary>See <see cref="SlurmStep.Fingerprint"/>.</summary>
    public static string FingerprintOf(string path)
    {
        using SafeFileHandle file = ContextFile.OpenHandle(path);
        byte[] page = new byte[HeaderBytes];
        int length = RandomAccess.Read(file, page, 0);
        return Convert.ToHexStringLower(SHA256.HashData(page.AsSpan(0, length)));
    }

    public void Dispose() => _lock.Dispose();

    private string BeginAnew => $"to begin anew remove {DirectoryPath}, then: scontrol requeue";

    private static void RequireOwn(string directory)
    {
        FileStatus? status = FileStatus.AtPath(directory, followLink: false);
        if (status is not { IsDirectory: true } own || own.Uid != CurrentUser.Effective || ((UnixFileMode)own.Permissions & OthersWrite) != 0)
        {
            throw new CommandFailure(ExitStatus.Failed, $"{directory} is not a directory of this user that nobody else may write, and what is resumed from it is run; nothing was started");
        }
    }

    /// <summary>Waits for a former run's process, which may be on its last way still.</summary>
    private static FileStream Lock(string directory)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(directory, "lock"), new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None, // flock(LOCK_EX)
                    BufferSize = 0,
                    UnixCreateMode = OwnersFile,
                });
            }
            catch (IOException failure) when (failure.HResult == Errno.EAGAIN)
            {
                if (Stopwatch.GetElapsedTime(start) > LockPatience)
                {
                    throw new CommandFailure(ExitStatus.Failed, "another 'yado slurm run' of this job is running: one after the other, or an array of jobs (sbatch --array); nothing was started", failure);
                }
            }

            Thread.Sleep(LockPause);
        }
    }

    private static SlurmRecord NextCall(string directory, SlurmBatch batch, string? begin, string program)
    {
        SlurmRecord known = Read(directory) ?? new SlurmRecord { Run = batch.Run, Begin = begin, Calls = 0, Steps = [] };
        bool isSameRun = known.Run == batch.Run && (begin is null || known.Begin is null || begin == known.Begin);
        if (!isSameRun && known.Run >= batch.Run)
        {
            throw new CommandFailure(ExitStatus.Failed, $"{directory} is of another job that had the same number: remove it, or name another directory by --dir; nothing was started");
        }

        int index = isSameRun ? known.Calls : 0;
        if (index < known.Steps.Count && known.Steps[index].Program != program)
        {
            throw new CommandFailure(
                ExitStatus.Failed, $"call {index + 1} of 'yado slurm run' in this script was {known.Steps[index].Program} before and is {program} now: a script must call the same again; nothing was started");
        }

        return known with
        {
            Run = batch.Run,
            Begin = begin ?? (isSameRun ? known.Begin : null),
            Calls = index + 1,
            Steps = index < known.Steps.Count ? known.Steps : [.. known.Steps, new SlurmStep { Program = program }],
        };
    }

    private static SlurmRecord? Read(string directory)
    {
        string path = Path.Combine(directory, RecordName);
        if (FileStatus.AtPath(path, followLink: false) is not { } status)
        {
            return null;
        }

        try
        {
            SlurmRecord? record = status.IsRegular && status.Uid == CurrentUser.Effective && status.Size <= MostBytes
                ? JsonSerializer.Deserialize(File.ReadAllBytes(path), SlurmJson.Default.SlurmRecord)
                : null;
            if (record is { Version: SlurmRecord.CurrentVersion, Calls: >= 0, Steps: not null } && record.Calls <= record.Steps.Count && record.Steps.All(IsSound))
            {
                return record;
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new CommandFailure(ExitStatus.Failed, $"{path} is damaged, of another version or somebody else's: nothing was started; to begin anew remove {directory}, then: scontrol requeue");
    }

    private static bool IsSound(SlurmStep step) =>
        step is { Program: not null, Streams: not null } && step.Streams.All(s => s is { Number: >= 0 and <= 2, Path: not null, Length: >= 0 }) && step.Files.All(IsName);

    private static bool IsName(string name) => name.Length > 0 && Path.GetFileName(name) == name && !name.StartsWith('.');

    private void Write()
    {
        string path = Path.Combine(DirectoryPath, RecordName);
        using (FileStream file = new(path + ".new", new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = OwnersFile }))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(_record, SlurmJson.Default.SlurmRecord));
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
        DirectorySync.Flush(DirectoryPath);
    }

    /// <summary>Removes the directories of jobs of which everything has ended long ago.</summary>
    private static void ForgetOld(string parent, string own)
    {
        foreach (string directory in Directory.EnumerateDirectories(parent).Where(d => d != own))
        {
            FileInfo record = new(Path.Combine(directory, RecordName));
            if (record.Exists && DateTime.UtcNow - record.LastWriteTimeUtc > Memory && TryRead(directory) is { } known && known.Steps.All(s => s.Status is not null))
            {
                TryRemove(() => Directory.Delete(directory, recursive: true));
            }
        }
    }

    /// <summary>Removes what nothing refers to any more; it may stay: another task of an array was quicker, or the file system does not let it.</summary>
    private static void TryRemove(Action remove)
    {
        try
        {
            remove();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Nothing of it is needed, and the job's directory is removed as a whole in the end.
        }
    }

    /// <summary>The same of a job that is not this one: what is wrong with it is nothing that this one could tell its user.</summary>
    private static SlurmRecord? TryRead(string directory)
    {
        try
        {
            RequireOwn(directory);
            return Read(directory);
        }
        catch (CommandFailure)
        {
            return null;
        }
    }
}
