using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;

namespace Yadokari.Cli.Manual;

/// <summary>Manual pages of the commands, from what <c>--help</c> is made of: yado(1), yado-run(1), yado-lab-up(1), …</summary>
internal static class CommandPages
{
    private const string ExamplesHeading = "Examples:";

    /// <summary>Every page: its name, e.g. yado-run, and its text.</summary>
    public static IEnumerable<(string Name, string Page)> All(RootCommand root, string version) => Below(root, "yado", version);

    private static IEnumerable<(string Name, string Page)> Below(Command command, string path, string version)
    {
        yield return (PageName(path), Page(command, path, version));
        foreach (Command below in command.Subcommands.Where(c => !c.Hidden))
        {
            foreach ((string Name, string Page) page in Below(below, $"{path} {below.Name}", version))
            {
                yield return page;
            }
        }
    }

    private static string PageName(string path) => path.Replace(' ', '-');

    private static string Page(Command command, string path, string version)
    {
        RoffWriter page = new(PageName(path), 1, version);
        page.Section("NAME");
        page.Text($"{PageName(path)} - {LowerFirst(command.Description ?? "").TrimEnd('.')}");
        page.Section("SYNOPSIS");
        page.Roff(Synopsis(command, path));
        Describe(page, command);
        foreach (Argument argument in command.Arguments.Where(a => !a.Hidden))
        {
            page.Item(RoffWriter.Italic(Shown(argument)), argument.Description ?? "");
        }
        WriteOptions(page, command);
        WriteCommands(page, command, path);
        IReadOnlyList<string> examples = Examples(command);
        if (examples.Count > 0)
        {
            page.Section("EXAMPLES");
            page.Code(examples);
        }
        page.Section("EXIT STATUS");
        foreach ((int status, string meaning) in ExitStatus.Meanings)
        {
            page.Item(RoffWriter.Bold(status.ToString(CultureInfo.InvariantCulture)), meaning);
        }
        page.Section("SEE ALSO");
        page.Roff(string.Join(", ", SeeAlso(command, path).Select(name => $"{RoffWriter.Bold(name.Name)}({name.Section})")));
        return page.ToString();
    }

    private static string Synopsis(Command command, string path)
    {
        List<string> words = [RoffWriter.Bold(path)];
        if (command.Options.Any(o => !o.Hidden && o is not HelpOption))
        {
            words.Add("[" + RoffWriter.Italic("OPTIONS") + "]");
        }
        if (command.Subcommands.Any(c => !c.Hidden))
        {
            words.Add(RoffWriter.Italic("COMMAND") + " ...");
        }
        foreach (Argument argument in command.Arguments.Where(a => !a.Hidden))
        {
            words.Add(argument.Arity.MinimumNumberOfValues == 0 ? "[" + RoffWriter.Italic(Shown(argument)) + "]" : RoffWriter.Italic(Shown(argument)));
        }
        return string.Join(' ', words);
    }

    private static string Shown(Argument argument) =>
        (argument.HelpName ?? argument.Name) + (argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");

    /// <summary>The description, and the text of the help up to its examples.</summary>
    private static void Describe(RoffWriter page, Command command)
    {
        page.Section("DESCRIPTION");
        page.Text((command.Description ?? "").TrimEnd('.') + ".");
        bool apart = true;
        foreach (string line in TextOf(command).TakeWhile(l => l != ExamplesHeading))
        {
            if (line.Length > 0 && apart)
            {
                page.Paragraph();
            }
            if (line.Length > 0)
            {
                page.Text(line.Trim());
            }
            apart = line.Length == 0;
        }
    }

    private static void WriteOptions(RoffWriter page, Command command)
    {
        List<Option> options = [.. command.Options.Where(o => !o.Hidden)];
        for (Command? above = Above(command); above is not null; above = Above(above))
        {
            options.AddRange(above.Options.Where(o => o.Recursive && !o.Hidden));
        }
        page.Section("OPTIONS");
        foreach (Option option in options)
        {
            IEnumerable<string> names = [option.Name, .. option.Aliases.Where(a => a.StartsWith('-')).Order(StringComparer.Ordinal)];
            string value = option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool) ? "" : " " + RoffWriter.Italic(option.HelpName ?? "VALUE");
            page.Item(string.Join(", ", names.Distinct().Select(n => RoffWriter.Bold(n) + value)), option.Description ?? "");
        }
    }

    private static Command? Above(Command command) => command.Parents.OfType<Command>().FirstOrDefault();

    private static void WriteCommands(RoffWriter page, Command command, string path)
    {
        List<Command> commands = [.. command.Subcommands.Where(c => !c.Hidden)];
        if (commands.Count > 0)
        {
            page.Section("COMMANDS");
        }
        foreach (Command below in commands)
        {
            page.Item($"{RoffWriter.Bold(PageName($"{path} {below.Name}"))}(1)", below.Description ?? "");
        }
    }

    private static IReadOnlyList<string> Examples(Command command)
    {
        string[] lines = [.. TextOf(command).SkipWhile(l => l != ExamplesHeading).Skip(1)];
        return [.. lines.Select(l => l.StartsWith("  ", StringComparison.Ordinal) ? l[2..] : l).Reverse().SkipWhile(l => l.Length == 0).Reverse()];
    }

    private static IEnumerable<(string Name, int Section)> SeeAlso(Command command, string path)
    {
        if (command is RootCommand)
        {
            return [("pms", 7)];
        }
        string above = PageName(path[..path.LastIndexOf(' ')]);
        return above == "yado" ? [("yado", 1)] : [(above, 1), ("yado", 1)];
    }

    private static string[] TextOf(Command command) => HelpWithExamples.TextOf(command).ReplaceLineEndings("\n").Split('\n');

    private static string LowerFirst(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];
}
