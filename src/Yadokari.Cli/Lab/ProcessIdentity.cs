using System.Globalization;

namespace Yadokari.Cli.Lab;

/// <summary>One certain process: a pid together with the start time, so that a pid used again is not mistaken for it.</summary>
/// <param name="Start">Clock ticks since boot, field 22 of /proc/PID/stat (proc(5)).</param>
public sealed record ProcessIdentity(int Pid, ulong Start)
{
    public bool IsAlive => Read(Pid) == this;

    /// <summary>The process that has the pid now; null when there is none or it is a zombie.</summary>
    public static ProcessIdentity? Read(int pid)
    {
        string text;
        try
        {
            text = File.ReadAllText($"/proc/{pid}/stat");
        }
        catch (IOException)
        {
            // No such process; it may also end between open and read (ESRCH).
            return null;
        }

        // The name in parentheses may itself hold spaces and parentheses: fields count from the last one.
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? null : new(pid, ulong.Parse(fields[19], CultureInfo.InvariantCulture));
    }

    /// <summary>Reads "PID START" from a file that the lab's scripts write; null when it is not there yet.</summary>
    public static ProcessIdentity? ReadFile(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        string[] words = File.ReadAllText(path).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return new(int.Parse(words[0], CultureInfo.InvariantCulture), ulong.Parse(words[1], CultureInfo.InvariantCulture));
    }
}
