using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Yadokari.Daemon.Scheduling;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Scheduling;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado policy</c>: who moves where by itself.</summary>
public static class PolicyCommand
{
    private static readonly Argument<string?> Name = new("NAME")
    {
        Description = "Policy to choose, or path of a program that is one; shows the present one when left out",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Argument<string[]> Settings = new("KEY=VALUE") { Description = "Its settings; defaults when left out", Arity = ArgumentArity.ZeroOrMore };

    private static readonly Option<bool> Json = CommonOptions.Json();

    public static Command Create()
    {
        Command command = new("policy", "Show or choose the placement policy, by which hosts move jobs by themselves") { Name, Settings, Json, PolicyReplay.Create() };
        command.SetAction(RunAsync);
        HelpWithExamples.SetText(command,
            """
            The choice holds on all hosts that know each other, at once and after restarts; "none" moves nothing. One host
            decides for all. Every view and plan is logged there, and 'replay' decides them again.

            Examples:
              yado policy                               what holds, what there is, what was done
              yado policy age                           old jobs go where it pays
              yado policy threshold limit=3 every=2     rounds every 2 seconds
              yado policy ./samples/policies/pack.py    a program of yours decides
              yado policy replay decisions.jsonl --policy shortest
            """);
        return command;
    }

    /// <summary>A choice from words of the command line.</summary>
    /// <exception cref="CommandFailure">A word that is no setting, or no such file.</exception>
    public static ChoosePolicy Read(string name, IReadOnlyList<string> words)
    {
        Dictionary<string, string> settings = [];
        foreach (string word in words)
        {
            int at = word.IndexOf('=');
            if (at <= 0)
            {
                throw new CommandFailure(ExitStatus.WrongUsage, $"'{word}' is no setting: write it as name=value, e.g. limit=3");
            }

            settings[word[..at]] = word[(at + 1)..];
        }

        if (name.Contains('/'))
        {
            settings["path"] = Path.GetFullPath(name);
            name = PolicyMaker.Program;
        }
        else if (settings.TryGetValue("path", out string? path))
        {
            settings["path"] = Path.GetFullPath(path);
        }

        if (settings.TryGetValue("path", out string? program) && !File.Exists(program))
        {
            throw new CommandFailure(ExitStatus.NotFound, $"no file {program}; the policy program must be there on every host");
        }

        return new ChoosePolicy(name, settings, 0);
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        ChoosePolicy? choice = parsed.GetValue(Name) is { } name ? Read(name, parsed.GetValue(Settings) ?? []) : null;
        using YadoClient daemon = await LocalDaemon.ConnectAsync(cancel);
        PolicyInfo policy = choice is null ? await daemon.GetPolicyAsync(cancel) : await daemon.ChoosePolicyAsync(choice, cancel);
        if (parsed.GetValue(Json))
        {
            Output.Json(JsonSerializer.Serialize(policy, ProtocolJson.Default.PolicyInfo));
        }
        else if (choice is not null)
        {
            Console.WriteLine($"the policy is {policy.Choice.Name}: {Show(policy.Settings)}");
        }
        else
        {
            Print(policy);
        }
    }

    private static void Print(PolicyInfo policy)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        Output.WriteFacts(
        [
            ("policy", policy.Choice.Name),
            ("settings", Show(policy.Settings)),
            ("decided by", policy.Scheduler ?? "nobody yet"),
            ("rounds here", policy.Rounds.ToString(invariant) + (policy.LastRoundMilliseconds is { } took ? $", the last took {Output.Duration(TimeSpan.FromMilliseconds(took))}" : "")),
            ("moves ordered", $"{policy.Ordered.ToString(invariant)}, failed {policy.Failed.ToString(invariant)}, refused by the guard {policy.Refused.ToString(invariant)}"),
            ("log", policy.Log),
            .. policy.Trouble is { } trouble ? [("trouble", trouble)] : Array.Empty<(string, string)>(),
        ]);
        Console.WriteLine();
        foreach (PolicyDescription one in policy.Available)
        {
            Console.WriteLine($"  {one.Name,-10} {one.Meaning}");
            foreach (string setting in one.Settings)
            {
                Console.WriteLine($"             {setting}");
            }
        }
    }

    private static string Show(IReadOnlyDictionary<string, string> settings) => string.Join(' ', settings.Select(s => $"{s.Key}={s.Value}"));
}
