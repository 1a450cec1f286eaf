using System.CommandLine;
using System.Globalization;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado adopt</c>: makes a job of a process that runs already.</summary>
public static class AdoptCommand
{
    private static readonly Argument<int> Pid = new("PID")
    {
        Description = "A process of yours on this host, started by anyone",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 0)
            {
                return pid;
            }

            result.AddError($"'{text}' is not the number of a process");
            return 0;
        },
    };

    private static readonly Option<string?> Name = new("--name", "-n") { Description = "Name of the job; made from the program's when left out", HelpName = "NAME" };

    public static Command Create()
    {
        Command command = new("adopt", "Make a job of a process that was started without yado") { Pid, Name };
        command.SetAction(RunAsync);
        HelpWithExamples.SetText(command,
            """
            Nothing is done to the process: parent, streams and terminal stay. It can be moved, saved, signalled and waited for
            like any job; its first move gives it a pid namespace of its own. What it writes goes where it went before, and
            after a move to its log. Its parent sees it killed when it moves.

            Example:
              yado adopt 4711 --name sim
              yado move sim h2
            """);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using YadoClient here = await LocalDaemon.ConnectAsync(cancel);
        JobInfo job = await here.AdoptAsync(new AdoptJob(parsed.GetValue(Pid), parsed.GetValue(Name)), cancel);
        if (job.Note is { } note)
        {
            Console.Error.WriteLine($"yado: {job.Name}: {note}");
        }

        Console.WriteLine(job.Name);
    }
}
