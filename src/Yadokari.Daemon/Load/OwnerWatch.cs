using Yadokari.Daemon.Store;
using Yadokari.Linux.Descriptors;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Load;

/// <summary>Whether somebody works at this machine: by the last input on a terminal, unless it was told. Telling is
/// thread-safe; asking is for one thread.</summary>
/// <param name="isLab">A lab host shares the machine's terminals, so that they say nothing of it.</param>
/// <param name="ofJobs">Device numbers of the terminals of jobs here: who types there sits elsewhere.</param>
public sealed class OwnerWatch(HostDatabase database, bool isLab, Func<IReadOnlySet<ulong>> ofJobs)
{
    private const string Key = "owner";

    /// <summary>As long after the last key the owner counts as present (Condor's KeyboardIdle is of this order).</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The kernel itself tells no more exactly.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(8);

    private (DateTime At, bool Present) _seen;

    private volatile string _word = database.GetOrAdd(Key, () => nameof(OwnerWord.Auto));

    public OwnerWord Word => Enum.Parse<OwnerWord>(_word);

    public void Tell(OwnerWord word)
    {
        database.Set(Key, word.ToString());
        _word = word.ToString();
    }

    public bool IsPresent(DateTime now) => Word switch
    {
        OwnerWord.Present => true,
        OwnerWord.Absent => false,
        _ => !isLab && IsSomebodyTyping(now),
    };

    private bool IsSomebodyTyping(DateTime now)
    {
        // A clock that was set, forward or back, makes the last look an old one.
        if ((now - _seen.At).Duration() >= Look)
        {
            _seen = (now, LastInputs(ofJobs()).Any(t => now - t < Patience));
        }
        return _seen.Present;
    }

    /// <summary>The kernel sets the access time of a terminal when something is typed there (to 8 s, drivers/tty/tty_io.c);
    /// w(1) tells idle times by it.</summary>
    /// <param name="but">Device numbers of terminals that do not count.</param>
    public static IReadOnlyList<DateTime> LastInputs(IReadOnlySet<ulong> but)
    {
        List<DateTime> found = [];
        IEnumerable<string> consoles = Enumerable.Range(1, 12).Select(n => $"/dev/tty{n}");
        IEnumerable<string> pseudo = Directory.Exists("/dev/pts")
            ? Directory.EnumerateFiles("/dev/pts").Where(f => char.IsAsciiDigit(Path.GetFileName(f)[0]))
            : [];
        foreach (string path in consoles.Concat(pseudo))
        {
            FileInfo file = new(path);
            if (file.Exists && !(FileStatus.AtPath(path, followLink: false) is { } status && but.Contains(status.RawDevice)))
            {
                found.Add(file.LastAccessTimeUtc);
            }
        }
        return found;
    }
}
