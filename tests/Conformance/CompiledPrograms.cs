using System.Diagnostics;
using Xunit;

namespace Yadokari.Conformance;

/// <summary>Compiles the C programs, once per run.</summary>
public sealed class CompiledPrograms : IDisposable
{
    private static readonly Lazy<bool> Made = new(Make);

    public CompiledPrograms() => _ = Made.Value;

    private static bool Make()
    {
        ProcessStartInfo start = new("make", ["-s", "-j2", "-C", Checkout.Programs, $"OUT={Checkout.Compiled}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process make = Process.Start(start) ?? throw new InvalidOperationException("make did not start");
        Task<string> output = make.StandardOutput.ReadToEndAsync();
        string errors = make.StandardError.ReadToEnd();
        make.WaitForExit();
        if (make.ExitCode != 0)
        {
            throw new InvalidOperationException($"the conformance programs don't compile:\n{output.Result}{errors}");
        }

        return true;
    }

    public void Dispose()
    {
        string all = Path.Combine(Path.GetTempPath(), $"yadokari-conformance-{Environment.ProcessId}");
        if (Directory.Exists(all) && !Directory.EnumerateFileSystemEntries(all).Any())
        {
            Directory.Delete(all);
        }
    }
}
