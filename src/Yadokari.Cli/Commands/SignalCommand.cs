using System.CommandLine;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado signal</c>: sends a signal to a job.</summary>
public static class SignalCommand
{
    private static readonly Argument<string> Job = CommonOptions.Job();

    private static readonly Argument<int> Signal = new("SIGNAL")
    {
        Description = "A name as kill(1) takes it (USR1, TERM) or a number",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (SignalName.Parse(text) is { } number)
            {
                return number;
            }

            result.AddError($"there is no signal '{text}'");
            return 0;
        },
    };

    public static Command Create()
    {
        Command command = new("signal", "Send a signal to a job, wherever it is") { Job, Signal };
        command.SetAction(async (parsed, cancel) =>
        {
            using JobPlace place = await JobPlace.FindAsync(parsed.GetRequiredValue(Job), cancel);
            await place.Host.SignalAsync(place.Job.Id, parsed.GetValue(Signal), cancel);
        });
        HelpWithExamples.SetText(command,
            """
            Example:
              yado signal sim USR1
            """);
        return command;
    }
}
