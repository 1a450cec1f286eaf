using System.Globalization;

namespace Yadokari.Conformance;

/// <summary>How a process ended.</summary>
/// <param name="Killed">By a signal, rather than by exit.</param>
/// <param name="Number">The exit status, or the signal.</param>
internal readonly record struct Ending(bool Killed, int Number)
{
    /// <summary>A conformance program's word that this kernel or user lacks the feature it tests.</summary>
    public bool IsSkip => !Killed && Number == 77;

    /// <summary>From the line that <c>spawn</c> writes: "exit N" or "killed N".</summary>
    public static Ending Parse(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.TrimEntries);
        return new Ending(words[0] == "killed", int.Parse(words[1], CultureInfo.InvariantCulture));
    }

    public override string ToString() => Killed ? $"killed {Number}" : $"exit {Number}";
}
