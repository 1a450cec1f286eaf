using System.Diagnostics;

namespace Yadokari.LabTests;

/// <summary>The tool under test, by its command line only.</summary>
internal static class Yado
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>$YADO, else what the script at the root builds.</summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable("YADO") is { Length: > 0 } named
        ? Path.GetFullPath(named)
        : Path.Combine(Root(), "artifacts", "yado", "yado");

    /// <summary>Nothing to add to the environment of the tests.</summary>
    public static IReadOnlyDictionary<string, string> NoVariables { get; } = new Dictionary<string, string>();

    /// <summary>Runs one command of yado to its end.</summary>
    /// <param name="environment">Added to that of the tests.</param>
    public static Ending Run(IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> arguments) =>
        RunProgram(environment, [Program, .. arguments]);

    /// <summary>Runs any command to its end.</summary>
    /// <param name="environment">Added to that of the tests.</param>
    /// <param name="patience">How long it may take; a minute and a half unless told.</param>
    public static Ending RunProgram(IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> command, TimeSpan? patience = null)
    {
        TimeSpan limit = patience ?? Patience;
        ProcessStartInfo start = new(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!Task.WhenAll(output, errors).Wait(limit))
        {
            process.Kill();
            throw new TimeoutException($"{string.Join(' ', command)} did not end within {limit.TotalSeconds} s");
        }

        process.WaitForExit();
        return new(process.ExitCode, output.Result, errors.Result);
    }

    public static string Root()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Yadokari.slnx")))
            {
                return at.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no Yadokari.slnx above {AppContext.BaseDirectory}");
    }
}
