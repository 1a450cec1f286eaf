using System.Globalization;

namespace Yadokari.LabTests;

/// <summary>Processes by what they were told in their environment: those that a test has started, and theirs, whoever their parent is by now.</summary>
internal static class ToldProcesses
{
    /// <param name="variable">NAME=value.</param>
    public static IEnumerable<int> With(string variable)
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            string environment;
            try
            {
                environment = File.ReadAllText(Path.Combine(directory, "environ"));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is somebody else's.
                continue;
            }

            if (("\0" + environment).Contains($"\0{variable}\0", StringComparison.Ordinal))
            {
                yield return int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture);
            }
        }
    }

    /// <summary>Ends them; returns when there are none.</summary>
    public static void End(string variable)
    {
        foreach (int left in With(variable))
        {
            Yado.RunProgram(Yado.NoVariables, ["kill", "-KILL", left.ToString(CultureInfo.InvariantCulture)]);
        }

        Until.Holds(() => !With(variable).Any(), () => $"processes are left: {string.Join(' ', With(variable))}");
    }
}
