using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Yadokari.Cli.Checking;
using Yadokari.Engine.Checkpointing;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado check</c>: what a move or a checkpoint would say now.</summary>
public static class CheckCommand
{
    private static readonly Argument<string> Target = new("JOB|PID")
    {
        Description = "A name or id is a job, on whatever host it is; a number is the pid of any process here that you may trace",
    };

    private static readonly Option<string?> To = new("--to")
    {
        Description = "Ask this host, too: whether it takes the job, and what it lacks",
        HelpName = "HOST",
    };

    private static readonly Option<string?> Tcp = CommonOptions.Tcp("as the job was started");

    private static readonly Option<bool> Json = CommonOptions.Json();

    public static Command Create()
    {
        Command command = new("check", "Say what a move or a checkpoint would say now, and touch nothing") { Target, To, Tcp, Json };
        command.SetAction(RunAsync);
        HelpWithExamples.SetText(command,
            """
            All obstacles are listed, with what to do about each. It only looks, from outside: the job does not stand still for
            it. What only a job that stands still can have found is named and not looked for; a move that finds it then leaves
            the job running where it is.

            Ends with 0 when nothing is in the way, 3 when the job has obstacles, 5 when the host refuses it or lacks something.

            Examples:
              yado check sim
              yado check sim --to h2
              yado check 4711                        what 'yado checkpoint 4711' would say
            """);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        string target = parsed.GetRequiredValue(Target);
        string? host = parsed.GetValue(To);
        CheckAnswer answer = int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            ? CheckProcess(pid, host, parsed.GetValue(Tcp))
            : await CheckJobAsync(target, new CheckJob(host, parsed.GetValue(Tcp)), cancel);
        if (parsed.GetValue(Json))
        {
            Output.Json(JsonSerializer.Serialize(answer, CliJson.Default.CheckAnswer));
        }
        else
        {
            answer.Print();
        }

        return answer.Status;
    }

    private static CheckAnswer CheckProcess(int pid, string? host, string? tcp)
    {
        if (host is not null)
        {
            throw new CommandFailure(ExitStatus.WrongUsage, $"only jobs move: 'yado adopt {pid}' makes one of process {pid}");
        }

        JobLook look = CheckpointSession.Look(pid, CheckpointCommand.OptionsFor(pid, tcp));
        return new CheckAnswer
        {
            Pid = pid,
            Obstacles = [.. look.Obstacles.Select(o => Advice.Of(o.Name, o.Detail))],
            Unseen = look.Unseen,
        };
    }

    private static async Task<CheckAnswer> CheckJobAsync(string job, CheckJob question, CancellationToken cancel)
    {
        using JobPlace place = await JobPlace.FindAsync(job, cancel);
        JobCheck check = await place.Host.CheckAsync(place.Job.Id, question, cancel);
        return new CheckAnswer
        {
            Job = check.Job,
            Host = check.Host,
            Pid = check.Pid,
            Obstacles = [.. check.Obstacles.Select(o => Advice.Of(o.Name, o.Detail))],
            Unseen = check.Unseen,
            Target = check.Target,
            Refusals = [.. check.Refusals.Select(o => Advice.Of(o.Name, o.Detail))],
            RefusedAll = check.RefusedAll,
        };
    }
}
