using System.CommandLine;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado kill</c>: ends a job.</summary>
public static class KillCommand
{
    private static readonly Argument<string> Job = CommonOptions.Job();

    public static Command Create()
    {
        Command command = new("kill", "End a job at once (SIGKILL), wherever it is") { Job };
        command.SetAction(async (parsed, cancel) =>
        {
            using JobPlace place = await JobPlace.FindAsync(parsed.GetRequiredValue(Job), cancel);
            await place.Host.KillAsync(place.Job.Id, cancel);
            await place.Host.WaitAsync(place.Job.Id, cancellation: cancel);
        });
        return command;
    }
}
