using System.Diagnostics;
using System.Globalization;

namespace Yadokari.Engine.Tests.Resources.Descriptors;

/// <summary>A python3 program that sets descriptors up, says "ready" and then waits for the end of its input.</summary>
internal sealed class PythonProgram : IDisposable
{
    /// <summary>A child of the test's own would be waited for by .NET as well, to which a stop under ptrace is news like any other.</summary>
    private const string Between = "exec 3<&0; python3 \"$@\" <&3 & echo $!; wait $!";

    private readonly Process _process;

    private PythonProgram(Process process)
    {
        _process = process;
        Pid = int.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    public int Pid { get; }

    public static PythonProgram Start(string setup) => Wait("-c", setup + "\nprint('ready', flush=True)\nsys.stdin.read()");

    /// <summary>Runs a script that says "ready" by itself.</summary>
    public static PythonProgram Run(params string[] arguments) => Wait(arguments);

    /// <summary>What it says next.</summary>
    public string? ReadLine() => _process.StandardOutput.ReadLine();

    /// <summary>The end of its input, and its own.</summary>
    /// <returns>Its exit status as a shell tells it: 128 + the number of the signal that killed it.</returns>
    public int End()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        return _process.ExitCode;
    }

    private static PythonProgram Wait(params string[] arguments)
    {
        Process process = Process.Start(new ProcessStartInfo("sh", ["-c", Between, "sh", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        PythonProgram program = new(process);
        string? line = program.ReadLine();
        if (line != "ready")
        {
            program.Dispose();
            throw new InvalidOperationException($"python3 said {line} instead of ready");
        }

        return program;
    }

    public void Dispose()
    {
        End();
        _process.Dispose();
    }
}
