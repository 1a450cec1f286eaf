using System.CommandLine;
using System.Text.Json;
using Yadokari.Daemon.Scheduling;
using Yadokari.Protocol.Scheduling;
using Yadokari.Scheduling;
using Yadokari.Scheduling.Choosing;
using Yadokari.Scheduling.Records;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado policy replay</c>: decides logged rounds again.</summary>
public static class PolicyReplay
{
    private const int MaxLine = 64 << 20;

    private static readonly Argument<string> File = new("FILE") { Description = "Log of a scheduler; 'yado policy' says where it is" };

    private static readonly Option<string?> Policy = new("--policy") { Description = "Decide by this one instead of the logged one", HelpName = "NAME" };

    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "A setting of that policy",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = true,
    };

    public static Command Create()
    {
        Command command = new("replay", "Decide logged rounds again, and compare the plans") { File, Policy, Set };
        command.SetAction(Run);
        HelpWithExamples.SetText(command,
            """
            Without --policy the plans must be the logged ones, else the exit status is 1.

            Example:
              yado policy replay decisions.jsonl --policy shortest --set limit=1
            """);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        string path = parsed.GetRequiredValue(File);
        if (!System.IO.File.Exists(path))
        {
            throw new CommandFailure(ExitStatus.NotFound, $"no file {path}; 'yado policy' says where the log is");
        }

        ChoosePolicy? other = parsed.GetValue(Policy) is { } name ? PolicyCommand.Read(name, parsed.GetValue(Set) ?? []) : null;
        Dictionary<string, IPlacementPolicy> made = [];
        int rounds = 0;
        int different = 0;
        int before = 0;
        int now = 0;
        try
        {
            foreach (DecisionRecord logged in Records(path))
            {
                ChoosePolicy choice = other ?? new ChoosePolicy(logged.Policy, logged.Settings, 0);
                string key = $"{choice.Name} {string.Join(' ', choice.Settings)}";
                if (!made.TryGetValue(key, out IPlacementPolicy? policy))
                {
                    made[key] = policy = PolicyMaker.Make(choice).Policy;
                }

                Replay replay = Replay.Of(logged, policy);
                rounds++;
                before += logged.Plan.Moves.Count;
                now += replay.Again.Moves.Count;
                if (!replay.IsSame)
                {
                    different++;
                    Console.WriteLine($"round {logged.Round} of {logged.Scheduler}: {Show(logged.Plan)} → {Show(replay.Again)}");
                }
            }
        }
        catch (PolicyChoiceException failure)
        {
            throw new CommandFailure(ExitStatus.WrongUsage, failure.Message, failure);
        }
        finally
        {
            foreach (IDisposable policy in made.Values.OfType<IDisposable>())
            {
                policy.Dispose();
            }
        }

        Console.WriteLine($"{rounds} rounds, {different} decided otherwise; moves planned: {before} then, {now} now");
        return different > 0 && other is null ? ExitStatus.Failed : ExitStatus.Done;
    }

    private static IEnumerable<DecisionRecord> Records(string path)
    {
        int number = 0;
        foreach (string line in System.IO.File.ReadLines(path))
        {
            number++;
            DecisionRecord? record = null;
            try
            {
                record = line.Length <= MaxLine ? JsonSerializer.Deserialize(line, SchedulingJson.Default.DecisionRecord) : null;
            }
            catch (JsonException failure)
            {
                throw new CommandFailure(ExitStatus.Failed, $"{path}, line {number} is no logged round: give the file that 'yado policy' names", failure);
            }

            yield return record ?? throw new CommandFailure(ExitStatus.Failed, $"{path}, line {number} is no logged round: give the file that 'yado policy' names");
        }
    }

    private static string Show(Plan plan) => plan.Moves.Count == 0 ? "nothing" : string.Join(' ', plan.Moves.Select(m => $"{m.Job}→{m.Host}"));
}
