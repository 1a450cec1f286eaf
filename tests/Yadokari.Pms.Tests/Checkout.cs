using System.Diagnostics;

namespace Yadokari.Pms.Tests;

/// <summary>What is tested, where it lies, and how it is run.</summary>
internal static class Checkout
{
    /// <summary>For a build on a machine that does much else.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>What the tests' own starter left open is none of the program's business: a descriptor that it shares with
    /// another process would be in the way of a checkpoint.</summary>
    private const string CloseAll = "for fd in /proc/self/fd/*; do fd=${fd##*/}; [ $fd -le 2 ] || eval \"exec $fd>&-\"; done; exec \"$@\"";

    public static string Root { get; } = FindRoot();

    public static string Configuration => AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    /// <summary>$YADO, else what the script at the root builds.</summary>
    public static string Yado { get; } = Environment.GetEnvironmentVariable("YADO") is { Length: > 0 } named
        ? Path.GetFullPath(named)
        : Path.Combine(Root, "artifacts/yado/yado");

    /// <summary>The program of the scenarios.</summary>
    public static string Scenarios { get; } = Path.Combine(Root, "tests/Yadokari.Pms.Tests/scenarios/bin", Configuration, "net10.0/scenarios");

    /// <summary>Runs a program to its end, with the daemon of a home directory as its own.</summary>
    public static async Task<Ending> RunAsync(string home, params IReadOnlyList<string> command)
    {
        ProcessStartInfo start = new("bash", ["-c", CloseAll, "bash", .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["YADO_HOME"] = home;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        using CancellationTokenSource limit = new(Patience);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
        Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return new Ending(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', command)} did not end within {Patience.TotalSeconds} s");
        }
    }

    private static string FindRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Yadokari.slnx")))
        {
            at = at.Parent;
        }
        return at?.FullName ?? throw new DirectoryNotFoundException($"no Yadokari.slnx above {AppContext.BaseDirectory}");
    }
}
