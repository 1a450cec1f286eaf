using System.Globalization;

namespace Yadokari.Cli;

/// <summary>Signals by the names that kill(1) takes.</summary>
public static class SignalName
{
    /// <summary>Numbers 1 to 31 on x86-64, signal(7).</summary>
    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    private const int Last = 64;

    /// <summary>USR1, TERM, …</summary>
    public static IEnumerable<string> All => Names.Skip(1);

    public static string Of(int number) =>
        number > 0 && number < Names.Length ? "SIG" + Names[number] : $"signal {number.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The number of <c>USR1</c>, <c>SIGUSR1</c>, <c>usr1</c> or <c>10</c>; null when there is no such signal.</summary>
    public static int? Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return number is >= 1 and <= Last ? number : null;
        }

        string name = text.ToUpperInvariant();
        int index = Array.IndexOf(Names, name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name);
        return index > 0 ? index : null;
    }
}
