using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;
using Yadokari.Cli.Lab;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Spawn;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Cli.Slurm;

/// <summary>Asks Slurm's controller about one job, and has it requeued, by squeue(1) and scontrol(1) as users do. Their children are
/// started by <see cref="ChildProcess"/>: the runtime's own would reap what a capture waits for. Thread-safe.</summary>
internal sealed partial class SlurmController(string job)
{
    private const string TimeFormat = "SLURM_TIME_FORMAT=";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Why the job can't be requeued, which is how it is saved; null: it can, or the controller does not tell.</summary>
    public async Task<string?> WhyNotRequeuedAsync()
    {
        Answer answer = await AskAsync("scontrol", "show", "job", job);
        return RequeueFacts().Match(answer.Output) is not { Success: true } facts ? null
            : facts.Groups[2].Value == "0" ? "it is no batch job: submit a script by sbatch"
            : facts.Groups[1].Value == "0" ? "it was submitted so that it is not requeued: give sbatch --requeue"
            : null;
    }

    /// <summary>What the controller says now; null when it does not answer.</summary>
    public async Task<SlurmMoment?> LookAsync()
    {
        // %e is the end of the limit and of a preemption's grace alike; %L, the time left, counts the limit only.
        Answer answer = await AskAsync("squeue", "--noheader", $"--jobs={job}", "--format=%e %S");
        return answer.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [var end, var begin, ..]
            ? new SlurmMoment(Seconds(end) is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null, Seconds(begin) is null ? null : begin)
            : null;
    }

    /// <summary>Somebody has cancelled it (scancel): it is to end. While it ends its state is "completing" for all to see, but squeue
    /// chooses by what is below.</summary>
    public async Task<bool> IsCancelledAsync() =>
        (await AskAsync("squeue", "--noheader", $"--jobs={job}", "--states=CANCELLED", "--format=%i")).Output.Trim().Length > 0;

    /// <summary>Puts it back into the queue; its processes are ended then.</summary>
    /// <returns>Null when that was done, else why not.</returns>
    public async Task<string?> RequeueAsync()
    {
        Answer answer = await AskAsync("scontrol", "requeue", job);
        return answer.Status == 0 ? null
            : answer.Errors.Trim() is { Length: > 0 } errors ? errors.ReplaceLineEndings(" ")
            : $"scontrol ended with status {answer.Status.ToString(CultureInfo.InvariantCulture)}";
    }

    private static long? Seconds(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds < uint.MaxValue ? seconds : null;

    private static async Task<Answer> AskAsync(string tool, params IReadOnlyList<string> arguments)
    {
        if (SystemTool.Find(tool) is not { } program)
        {
            return new Answer(-1, "", $"{tool} is in no directory of PATH");
        }

        using SafeFileHandle nothing = File.OpenHandle("/dev/null");
        (SafeFileHandle read, SafeFileHandle write) = Pipe.Create();
        (SafeFileHandle readErrors, SafeFileHandle writeErrors) = Pipe.Create();
        using FileStream output = new(read, FileAccess.Read, bufferSize: 0), errors = new(readErrors, FileAccess.Read, bufferSize: 0);
        int pid;
        using (write)
        using (writeErrors)
        {
            pid = ChildProcess.Start(new SpawnRequest
            {
                Program = program,
                Arguments = [tool, .. arguments],
                // Times as seconds since 1970, whatever zone and format the user has, and nothing of how he likes his lists.
                Environment = [.. Foreground.OwnEnvironment.Where(v => !v.StartsWith("SQUEUE_", StringComparison.Ordinal) && !v.StartsWith(TimeFormat, StringComparison.Ordinal)), TimeFormat + "%s"],
                Descriptors = [nothing, write, writeErrors],
            });
        }

        using SafeFileHandle? process = PidFd.Open(pid);
        Task<string> said = ReadAsync(output), complained = ReadAsync(errors);
        Task<int> ended = Task.Run(() => ChildProcess.Wait(pid));
        if (process is not null && await Task.WhenAny(ended, Task.Delay(Patience)) != ended)
        {
            PidFd.SendSignal(process, SIGKILL);
        }

        int status = await ended;
        return new Answer(status, await said, await complained);
    }

    private static async Task<string> ReadAsync(FileStream stream)
    {
        using StreamReader reader = new(stream, leaveOpen: true);
        return await reader.ReadToEndAsync();
    }

    // As scontrol prints them, one behind the other; the user's own words (name, comment, command) stand elsewhere.
    [GeneratedRegex(@"\bRequeue=(\d+) Restarts=\d+ BatchFlag=(\d+)")]
    private static partial Regex RequeueFacts();

    /// <param name="Status">Wait status; 0 when all went well.</param>
    private sealed record Answer(int Status, string Output, string Errors);
}
