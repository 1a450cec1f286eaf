using System.Diagnostics;

namespace Yadokari.Pms.Tests;

/// <summary>A daemon with a home of its own, for all tests of a class.</summary>
public sealed class RealDaemon : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private Process? _process;

    /// <summary>What the daemon calls its host.</summary>
    public const string Host = "pmshost";

    /// <summary>Home of the daemon, and room for files beside it.</summary>
    public string Home { get; } = Directory.CreateTempSubdirectory("yado-pms-test-").FullName;

    public async Task InitializeAsync()
    {
        ProcessStartInfo start = new(Checkout.Yado, ["host", "--name", Host]) { RedirectStandardOutput = true };
        start.Environment["YADO_HOME"] = Home;
        _process = Process.Start(start)!;
        using CancellationTokenSource limit = new(Patience);
        string? line;
        do
        {
            line = await _process.StandardOutput.ReadLineAsync(limit.Token);
        }
        while (line is not null && !line.StartsWith("ready", StringComparison.Ordinal));
        Assert.NotNull(line);
        _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(Home, recursive: true);
    }
}
