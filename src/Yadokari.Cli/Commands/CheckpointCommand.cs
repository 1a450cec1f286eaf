using System.CommandLine;
using System.Globalization;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Consent;
using Yadokari.Linux;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado checkpoint</c>: saves a process or job as a context file.</summary>
public static class CheckpointCommand
{
    private static readonly Argument<string> Target = new("JOB|PID")
    {
        Description = "A number is the pid of any process that you may trace; a name is a job",
    };

    private static readonly Option<string> OutputFile = new("--output", "-o")
    {
        Description = "The context file to make; must not exist",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<bool> LeaveRunning = new("--leave-running")
    {
        Description = "The process goes on; without this it ends when the file is complete",
    };

    private static readonly Option<string?> Tcp = CommonOptions.Tcp("refuse, or as the job was started,");

    public static Command Create()
    {
        Command command = new("checkpoint", "Save a running process as an executable context file") { Target, OutputFile, LeaveRunning, CommonOptions.HoldTimeout, Tcp };
        command.SetAction(RunAsync);
        HelpWithExamples.SetText(command,
            """
            The context file is a program: run it to resume the process, here or on another host, with nothing installed.
            It holds everything the process had in memory, secrets too: it is readable by its owner only.
            Whatever fails before the file is complete leaves the process running and no file behind.

            Examples:
              yado checkpoint 4711 -o job.ctx        save process 4711 and end it
              ./job.ctx                              … it goes on
              yado checkpoint sim -o sim.ctx --leave-running
            """);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        string target = parsed.GetRequiredValue(Target);
        string file = parsed.GetRequiredValue(OutputFile);
        bool leaveRunning = parsed.GetValue(LeaveRunning);
        double? holdSeconds = parsed.GetValue(CommonOptions.HoldTimeout);
        string? tcp = parsed.GetValue(Tcp);
        FileContextWriter.Check(file);
        if (int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
        {
            await SaveProcessAsync(pid, file, leaveRunning, holdSeconds, tcp, parsed.GetValue(CommonOptions.Verbose));
            return ExitStatus.Done;
        }

        await SaveJobAsync(target, file, leaveRunning, holdSeconds, tcp, cancel);
        return ExitStatus.Done;
    }

    private static async Task SaveJobAsync(string job, string file, bool leaveRunning, double? holdSeconds, string? tcp, CancellationToken cancel)
    {
        using JobPlace place = await JobPlace.FindAsync(job, cancel);
        if (!place.IsLocal || place.Job.State == JobState.Moved)
        {
            throw new CommandFailure(ExitStatus.NotFound,
                $"{job} is on host {place.Job.MovedTo ?? place.Job.Host}; save it there, or move it here first");
        }

        CheckpointResult result = await place.Host.CheckpointAsync(place.Job.Id, new CheckpointJob(Path.GetFullPath(file), leaveRunning, holdSeconds, tcp), cancel);
        Report(file, result.FileLength, result.Threads, TimeSpan.FromMilliseconds(result.FrozenMilliseconds), leaveRunning ? job : null);
    }

    private static async Task SaveProcessAsync(int pid, string file, bool leaveRunning, double? holdSeconds, string? tcp, bool verbose)
    {
        CheckpointSession.Prepare();
        using Interruption interruption = new();
        TimeSpan patience = holdSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : CaptureConsent.UsualPatience;
        using ProcessConsent consent = await ProcessConsent.AskAsync(pid, patience, interruption.Token);
        using CheckpointSession session = CheckpointSession.Open(pid, OptionsFor(pid, tcp) with { ThawEarly = leaveRunning, JobName = consent.JobName });
        using FileContextWriter writer = FileContextWriter.Create(file, interruption.Token);
        CaptureReport report = ProgressDisplay.Run($"saving {pid}", bar =>
        {
            try
            {
                session.CopyAhead(writer, bar);
                writer.Reserve(session.EstimateLength);
                return consent.Capture(session, () => session.Capture(writer, bar));
            }
            catch (IOException failure)
            {
                throw new EngineException(EngineError.CannotWrite, $"{file} can't be written: {failure.Message}; process {pid} runs on", failure);
            }
        });
        if (leaveRunning)
        {
            session.Thaw();
            writer.Commit();
        }
        else
        {
            // Only what is on disk may replace the process.
            writer.Commit();
            session.Kill();
        }

        Report(file, report.FileLength, report.Threads, report.Frozen, leaveRunning ? $"process {pid}" : null);
        if (verbose)
        {
            ReportRounds(report);
        }
    }

    /// <summary>The log of a job is its host's: whoever resumes the file gives it streams of his own.</summary>
    internal static CaptureOptions OptionsFor(int pid, string? tcp)
    {
        using ProcessTable processes = new();
        return new CaptureOptions { StreamFiles = LogStreams.FilesOf(pid, processes, HomeDirectory.Chosen()), Tcp = tcp is null ? null : TcpRule.Parse(tcp) };
    }

    /// <summary>Details, beside the result.</summary>
    private static void ReportRounds(CaptureReport report)
    {
        foreach (RoundReport round in report.Rounds)
        {
            Console.Error.WriteLine($"copied while it ran: {Output.Size(round.Bytes)} in {Output.Duration(TimeSpan.FromMilliseconds(round.Milliseconds))}");
        }

        if (report.RanOn > 0)
        {
            Console.Error.WriteLine($"let run on {report.RanOn} {(report.RanOn == 1 ? "time" : "times")} before: something was in the way for a moment");
        }

        if (report.WithoutRounds is { } reason)
        {
            Console.Error.WriteLine($"copied while it stood still: {PlainText.Of(reason)}");
        }
    }

    private static void Report(string file, long length, int threads, TimeSpan frozen, string? goesOn) =>
        Console.WriteLine($"{file}: {Output.Size(length)}, {threads} {(threads == 1 ? "thread" : "threads")}, "
            + $"frozen {Output.Duration(frozen)}{(goesOn is null ? "" : $"; {goesOn} goes on")}");
}
