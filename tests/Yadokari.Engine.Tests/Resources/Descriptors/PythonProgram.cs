using System.Diagnostics;

namespace Yadokari.Engine.Tests.Resources.Descriptors;

/// <summary>A python3 program that sets descriptors up, says "ready" and then waits for the end of its input.</summary>
internal sealed class PythonProgram : IDisposable
{
    private readonly Process _process;

    private PythonProgram(Process process) => _process = process;

    public int Pid => _process.Id;

    public static PythonProgram Start(string setup) => Wait("-c", setup + "\nprint('ready', flush=True)\nsys.stdin.read()");

    /// <summary>Runs a script that says "ready" by itself.</summary>
    public static PythonProgram Run(params string[] arguments) => Wait(arguments);

    private static PythonProgram Wait(params string[] arguments)
    {
        Process process = Process.Start(new ProcessStartInfo("python3", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        PythonProgram program = new(process);
        string? line = process.StandardOutput.ReadLine();
        if (line != "ready")
        {
            program.Dispose();
            throw new InvalidOperationException($"python3 said {line} instead of ready");
        }

        return program;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
