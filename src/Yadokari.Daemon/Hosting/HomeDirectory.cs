using System.Runtime.InteropServices;
using Yadokari.Linux.Trusted;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Hosting;

/// <summary>Where a daemon keeps everything; one daemon per home.</summary>
/// <param name="Path">Absolute.</param>
public sealed record HomeDirectory(string Path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The unix socket of the local API.</summary>
    public string Socket => Join("daemon.sock");

    /// <summary>Locked as long as a daemon runs; holds its pid.</summary>
    public string LockFile => Join("daemon.lock");

    /// <summary>Standard streams of a daemon that was started in the background.</summary>
    public string LogFile => Join("daemon.log");

    public string Database => Join("yadokari.db");

    /// <summary>Certificates and keys; only of a host that belongs to a cluster.</summary>
    public string Trust => Join("tls");

    /// <summary>Views and plans of the scheduler, one a line.</summary>
    public string Decisions => Join("decisions.jsonl");

    /// <summary>One directory per job and epoch: stdout, stderr, exit.</summary>
    public string Jobs => Join("jobs");

    /// <summary>How busy the host was in each minute of some weeks.</summary>
    public string LoadHistory => Join("load.minutes");

    /// <summary>Context files of jobs that are on their way to this host.</summary>
    public string Images => Join("images");

    /// <summary>Program folders of services, by their content.</summary>
    public string Programs => Join("programs");

    /// <summary>One directory per job: checkpoints made while it ran.</summary>
    public string Checkpoints => Join("checkpoints");

    /// <summary>Context files of jobs that a drain could not move.</summary>
    public string Saved => Join("saved");

    /// <summary>YADO_HOME; else /var/lib/yadokari for root; else yadokari in XDG_STATE_HOME or ~/.local/state.</summary>
    /// <exception cref="YadoException">Another user could put there what this one would believe or run.</exception>
    public static HomeDirectory Default()
    {
        HomeDirectory home = Chosen();
        home.RequireTrusted();
        return home;
    }

    /// <summary>The same, not looked at.</summary>
    public static HomeDirectory Chosen()
    {
        if (Environment.GetEnvironmentVariable("YADO_HOME") is { Length: > 0 } home)
        {
            return new(System.IO.Path.GetFullPath(home));
        }
        if (Environment.UserName == "root")
        {
            return new("/var/lib/yadokari");
        }
        string state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } set
            ? set
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return new(System.IO.Path.Combine(state, "yadokari"));
    }

    /// <summary>Makes the directories; only their owner may look into them.</summary>
    /// <exception cref="YadoException">Another user has it, or could put another one in its place, or it can't be made (a user
    /// without a home, a file system that is only to be read).</exception>
    public void Create()
    {
        RequireTrusted();
        try
        {
            Directory.CreateDirectory(Path, OwnerOnly);
            // Once more: somebody may have made it in the meantime.
            RequireTrusted();
            Directory.CreateDirectory(Jobs, OwnerOnly);
            Directory.CreateDirectory(Images, OwnerOnly);
            Directory.CreateDirectory(Checkpoints, OwnerOnly);
            Directory.CreateDirectory(Saved, OwnerOnly);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new YadoException(YadoError.Failed, $"jobs can't be kept in {Path}: {failure.Message}; set YADO_HOME to a directory of your own", failure);
        }
    }

    /// <summary>The directory and all that leads to it belong to the caller or root, as far as they are there.</summary>
    /// <exception cref="YadoException">They do not; what to do.</exception>
    public void RequireTrusted()
    {
        if (TrustedPath.FindFault(Path) is { } fault)
        {
            throw new YadoException(YadoError.Failed, $"{Path} is no place to keep jobs and keys in: {fault}; set YADO_HOME to a directory of your own");
        }
    }

    public string JobDirectory(string job, int epoch) => System.IO.Path.Combine(Jobs, $"{job}-{epoch}");

    public string Output(string job, int epoch) => System.IO.Path.Combine(JobDirectory(job, epoch), "stdout");

    public string Errors(string job, int epoch) => System.IO.Path.Combine(JobDirectory(job, epoch), "stderr");

    /// <summary>When the job wrote what (<see cref="Jobs.LogClock"/>).</summary>
    public string LogTimes(string job, int epoch) => System.IO.Path.Combine(JobDirectory(job, epoch), "times");

    /// <summary>From where on the logs of a job are kept (<see cref="Jobs.LogStart"/>).</summary>
    public string LogStarts(string job, int epoch) => System.IO.Path.Combine(JobDirectory(job, epoch), "starts");

    /// <summary>What a job's caller has sent to its input, where its streams are relayed.</summary>
    public string Input(string job, int epoch) => System.IO.Path.Combine(JobDirectory(job, epoch), "stdin");

    /// <summary>What was typed at a job's terminal and is on its way to another.</summary>
    public string Typed(string job, int epoch) => System.IO.Path.Combine(JobDirectory(job, epoch), "typed");

    /// <summary>How its streams are relayed; is there only when they are.</summary>
    public string Relay(string job, int epoch) => System.IO.Path.Combine(JobDirectory(job, epoch), "streams.json");

    /// <summary>The path is that of a job's output or errors.</summary>
    public bool IsLog(string path) =>
        System.IO.Path.GetFileName(path) is "stdout" or "stderr" && System.IO.Path.GetDirectoryName(System.IO.Path.GetDirectoryName(path)) == Jobs;

    /// <summary>Output and errors of the job that one of them is of.</summary>
    public static IReadOnlyList<string> LogsBeside(string log) =>
        [System.IO.Path.Combine(System.IO.Path.GetDirectoryName(log)!, "stdout"), System.IO.Path.Combine(System.IO.Path.GetDirectoryName(log)!, "stderr")];

    /// <summary>The wait status of the job, 4 bytes little-endian, written by its shell when it ends.</summary>
    public string Exit(string job, int epoch) => System.IO.Path.Combine(JobDirectory(job, epoch), "exit");

    public string CheckpointDirectory(string job) => System.IO.Path.Combine(Checkpoints, job);

    /// <summary>Removes the checkpoints of a job that is over here.</summary>
    public void DeleteCheckpoints(string job) => DeleteTree(CheckpointDirectory(job));

    public string Image(string move) => System.IO.Path.Combine(Images, $"{move}.ctx");

    public void CreateJobDirectory(string job, int epoch) => Directory.CreateDirectory(JobDirectory(job, epoch), OwnerOnly);

    public void DeleteJobDirectory(string job, int epoch) => DeleteTree(JobDirectory(job, epoch));

    /// <summary>Deletes a directory with all in it; one that is gone, or goes meanwhile, is as good as deleted.</summary>
    public static void DeleteTree(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    /// <summary>The status that the job's shell left; null when it has left none.</summary>
    public int? ReadExit(string job, int epoch)
    {
        string path = Exit(job, epoch);
        if (!File.Exists(path))
        {
            return null;
        }
        byte[] bytes = File.ReadAllBytes(path);
        return bytes.Length < sizeof(int) ? null : MemoryMarshal.Read<int>(bytes);
    }

    private string Join(string name) => System.IO.Path.Combine(Path, name);
}
