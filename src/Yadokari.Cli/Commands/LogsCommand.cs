using System.CommandLine;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado logs</c>: what a job has written.</summary>
public static class LogsCommand
{
    private static readonly Argument<string> Job = CommonOptions.Job();

    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on until the job has ended, wherever it goes" };

    public static Command Create()
    {
        Command command = new("logs", "Print what a detached job has written, its errors to standard error") { Job, Follow };
        command.SetAction(async (parsed, cancel) =>
        {
            using JobPlace place = await JobPlace.FindAsync(parsed.GetRequiredValue(Job), cancel);
            await LogOutput.CopyAsync(place.Host.ReadLogAsync(place.Job.Id, parsed.GetValue(Follow), cancel));
        });
        return command;
    }
}
