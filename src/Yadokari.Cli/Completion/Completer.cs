using System.CommandLine;
using System.CommandLine.Completions;

namespace Yadokari.Cli.Completion;

/// <summary>What could follow on a command line that is being typed. Where nothing is known the shell offers files.</summary>
/// <param name="known">Names of jobs and hosts.</param>
public sealed class Completer(RootCommand root, IKnownNames known)
{
    private Command _command = root;
    private readonly List<Option> _options = [.. root.Options];

    /// <param name="words">What follows <c>yado</c>; the last one is being typed, and may be empty.</param>
    public IReadOnlyList<Candidate> Complete(IReadOnlyList<string> words)
    {
        string typed = words.Count == 0 ? "" : words[^1];
        int arguments = 0;
        Option? open = null;
        bool optionsOver = false;
        foreach (string word in words.SkipLast(1))
        {
            if (open is not null)
            {
                open = null;
            }
            else if (word == "--")
            {
                optionsOver = true;
            }
            else if (!optionsOver && word.StartsWith('-'))
            {
                open = Find(word) is { } option && option.Arity.MinimumNumberOfValues > 0 ? option : null;
            }
            else if (_command.Subcommands.FirstOrDefault(c => c.Name == word) is { } next)
            {
                _command = next;
                _options.AddRange(next.Options);
            }
            else
            {
                arguments++;
            }
        }

        Argument? argument = ArgumentAt(arguments);
        IEnumerable<Candidate> candidates = open is not null ? ValuesOf(open)
            : (argument is ProgramArgument && (optionsOver || arguments > _command.Arguments.Count - 1)) ? []
            : typed.StartsWith('-') && !optionsOver ? Options()
            : [.. Commands(arguments), .. argument is null ? [] : ValuesOf(argument)];
        return [.. candidates.Where(c => c.Word.StartsWith(typed, StringComparison.Ordinal)).DistinctBy(c => c.Word)];
    }

    /// <summary>The argument that a further word belongs to: the last one may take many.</summary>
    private Argument? ArgumentAt(int number) =>
        number < _command.Arguments.Count ? _command.Arguments[number]
        : _command.Arguments.LastOrDefault(a => a.Arity.MaximumNumberOfValues > 1);

    private IEnumerable<Candidate> Commands(int arguments) =>
        arguments > 0 ? [] : _command.Subcommands.Where(c => !c.Hidden).Select(c => new Candidate(c.Name, c.Description ?? ""));

    private IEnumerable<Candidate> Options() =>
        _options.Where(o => !o.Hidden && (o.Recursive || o is System.CommandLine.Help.HelpOption || _command.Options.Contains(o)))
            .Select(o => new Candidate(o.Name, o.Description ?? ""));

    private Option? Find(string name) => _options.LastOrDefault(o => o.Name == name || o.Aliases.Contains(name));

    private IEnumerable<Candidate> ValuesOf(Option option) => option.HelpName switch
    {
        "HOST" => known.Hosts(),
        "KEY=VALUE" => JobFilter.Keys.Select(key => new Candidate(key + "=", "")),
        _ => option.GetCompletions(CompletionContext.Empty).Select(Of),
    };

    private IEnumerable<Candidate> ValuesOf(Argument argument)
    {
        bool inLab = _command.Parents.Any(p => p.Name == "lab");
        bool over = _command.Name is "rm";
        return (argument.HelpName ?? argument.Name) switch
        {
            "JOB" or "SIGNAL" when _command.Name == "signal" => [.. known.Jobs(over: false), .. SignalName.All.Select(s => new Candidate(s, "signal"))],
            "JOB" => known.Jobs(_command.Name is "logs" or "wait" ? null : over),
            "JOB|PID" => known.Jobs(over: false),
            "HOST" when !inLab => known.Hosts(),
            "COMMAND" when _command.Name == "help" => root.Subcommands.Where(c => !c.Hidden).Select(c => new Candidate(c.Name, c.Description ?? "")),
            _ => argument.GetCompletions(CompletionContext.Empty).Select(Of),
        };
    }

    private static Candidate Of(CompletionItem item) => new(item.InsertText ?? item.Label, item.Detail ?? "");
}
