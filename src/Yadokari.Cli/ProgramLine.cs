using System.CommandLine;
using System.Text;

namespace Yadokari.Cli;

/// <summary>Finds where in a command line a program begins, and keeps the parser's hands off everything from there on.</summary>
public static class ProgramLine
{
    /// <summary>The same line with the program's name and what follows it marked; as it was for a command that takes no program.
    /// A <c>--</c> directly before the program's name is no part of it, every later one is.</summary>
    /// <exception cref="CommandFailure">Before the program's name stands an option that the command does not have.</exception>
    public static string[] Protect(RootCommand root, string[] line)
    {
        Command command = root;
        List<Option> options = [.. root.Options];
        int at = 0;
        int skipped = 0;
        bool optionsOver = false;
        for (; at < line.Length; at++)
        {
            string word = line[at];
            if (!optionsOver && word == "--" && ProgramOf(command) is not null)
            {
                optionsOver = true;
                continue;
            }
            if (!optionsOver && word.Length > 1 && word[0] == '-')
            {
                if (ValueFollows(options, word) is not { } follows)
                {
                    if (ProgramOf(command) is null)
                    {
                        return line;
                    }
                    throw new CommandFailure(
                        ExitStatus.WrongUsage, $"unknown option '{word}' of {command.Name}{NearWord.Hint(word, options.Where(o => !o.Hidden).Select(o => o.Name))}; a program whose name begins with - comes after --");
                }
                at += follows ? 1 : 0;
                continue;
            }
            if (command.Subcommands.FirstOrDefault(c => c.Name == word || c.Aliases.Contains(word)) is { } next)
            {
                command = next;
                options.AddRange(next.Options);
                continue;
            }
            if (ProgramOf(command) is not { } program)
            {
                return line;
            }
            if (skipped == command.Arguments.IndexOf(program))
            {
                break;
            }
            skipped++;
            // In "exec HOST -- CMD" the words after HOST are the program's own again.
            if (at + 1 < line.Length && line[at + 1] == "--" && !optionsOver && skipped == command.Arguments.IndexOf(program))
            {
                at += 2;
                break;
            }
        }
        return at >= line.Length || ProgramOf(command) is null ? line : Marked(line, at);
    }

    private static ProgramArgument? ProgramOf(Command command) => command.Arguments.OfType<ProgramArgument>().FirstOrDefault();

    private static string[] Marked(string[] line, int at)
    {
        RequireUnicode(line, at);
        IEnumerable<string> before = line.Take(at);
        // The parser drops the first "--" that it sees; the words after it are marked anyway.
        return [.. before.Where(word => word != "--"), "--", .. line.Skip(at).Select(ProgramArgument.Mark)];
    }

    /// <summary>Whether the word after this one is its value; null for what is no option.</summary>
    private static bool? ValueFollows(List<Option> options, string word)
    {
        if (Find(options, word) is { } whole)
        {
            return TakesValue(whole);
        }
        int value = word.AsSpan().IndexOfAny('=', ':');
        if (value > 0 && Find(options, word[..value]) is not null)
        {
            return false;
        }
        if (word[1] == '-')
        {
            return null;
        }
        // -dn NAME, -nNAME: letters in a bundle, the last of which may take a value.
        for (int i = 1; i < word.Length; i++)
        {
            if (Find(options, $"-{word[i]}") is not { } letter)
            {
                return null;
            }
            if (TakesValue(letter))
            {
                return i == word.Length - 1;
            }
        }
        return false;
    }

    private static Option? Find(List<Option> options, string name) => options.LastOrDefault(o => o.Name == name || o.Aliases.Contains(name));

    private static bool TakesValue(Option option) => option.Arity.MinimumNumberOfValues > 0;

    /// <summary>A word that is not UTF-8 has been changed before the first line of this program ran.</summary>
    private static void RequireUnicode(string[] line, int at)
    {
        for (int i = at; i < line.Length; i++)
        {
            if (!line[i].Contains('\uFFFD', StringComparison.Ordinal))
            {
                continue;
            }
            byte[][] given = OwnWords();
            int from = given.Length - line.Length;
            if (from < 0 || !given[from + i].AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(line[i])))
            {
                throw new CommandFailure(
                    ExitStatus.WrongUsage, $"argument {i - at} of the program is not UTF-8 and could not be passed on as it is: use a name in UTF-8, e.g. a link");
            }
        }
    }

    private static byte[][] OwnWords()
    {
        byte[] all = File.ReadAllBytes("/proc/self/cmdline");
        List<byte[]> words = [];
        int start = 0;
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i] == 0)
            {
                words.Add(all[start..i]);
                start = i + 1;
            }
        }
        return [.. words];
    }
}
