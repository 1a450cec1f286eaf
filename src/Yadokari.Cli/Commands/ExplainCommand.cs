using System.CommandLine;
using System.Text.Json;
using Yadokari.Cli.Explain;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado explain</c>: what an obstacle or a refusal means and what to do.</summary>
public static class ExplainCommand
{
    private static readonly Argument<string?> Name = new("NAME")
    {
        Description = "An obstacle or refusal, as it was printed before the colon; all are listed when left out",
        // Else the help gives all names there are.
        HelpName = "NAME",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> Json = CommonOptions.Json();

    public static Command Create()
    {
        Command command = new("explain", "Explain an obstacle or refusal: what it means, what to do") { Name, Json };
        Name.CompletionSources.Add(_ => Explanations.All.Select(e => new System.CommandLine.Completions.CompletionItem(e.Name)));
        command.SetAction(Run);
        HelpWithExamples.SetText(command,
            """
            Examples:
              yado explain tcp-connection
              yado explain                           all names
            """);
        return command;
    }

    private static void Run(ParseResult parsed)
    {
        Explanation? one = parsed.GetValue(Name) is { } name ? Find(name) : null;
        if (parsed.GetValue(Json))
        {
            Output.Json(JsonSerializer.Serialize(one is null ? [.. Explanations.All] : [one], CliJson.Default.IReadOnlyListExplanation));
        }
        else if (one is not null)
        {
            Output.WriteFacts([("name", one.Name), ("means", one.Means), ("do", one.Do)]);
        }
        else
        {
            foreach ((string heading, IReadOnlyList<Explanation> names) in Explanations.Groups)
            {
                Output.WriteTable([heading.ToUpperInvariant(), ""], names.Select(e => (IReadOnlyList<string>)[e.Name, e.Means]));
                Console.WriteLine();
            }
        }
    }

    private static Explanation Find(string name) => Explanations.Find(name) ?? throw new CommandFailure(
        ExitStatus.NotFound, $"no obstacle or refusal is called '{name}'{NearWord.Hint(name, Explanations.All.Select(e => e.Name))}; 'yado explain' lists them");
}
