using System.Diagnostics;

namespace Yadokari.LabTests;

/// <summary>A home of its own on this machine, whose daemon starts by itself. Ends with its jobs when disposed.</summary>
public sealed class OwnDaemon : IDisposable
{
    private readonly Dictionary<string, string> _environment;

    public OwnDaemon()
    {
        Files = Directory.CreateTempSubdirectory("yado-own-").FullName;
        _environment = new() { ["YADO_HOME"] = Path.Combine(Files, "home") };
    }

    public string Files { get; }

    /// <summary>Runs <c>yado …</c>.</summary>
    internal Ending Run(params IReadOnlyList<string> arguments) => Yado.Run(_environment, arguments);

    /// <summary>Starts <c>yado …</c>; its streams go to <c>out</c> in <see cref="Files"/>.</summary>
    internal Process Begin(params IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new("/bin/sh", ["-c", "exec \"$@\" >$OUT 2>&1 </dev/null", "sh", Yado.Program, .. arguments]);
        start.Environment["OUT"] = Path.Combine(Files, "out");
        start.Environment["YADO_HOME"] = _environment["YADO_HOME"];
        return Process.Start(start)!;
    }

    internal string Said => File.Exists(Path.Combine(Files, "out")) ? File.ReadAllText(Path.Combine(Files, "out")) : "";

    internal string[] Ids(params IReadOnlyList<string> options) => Run(["ps", "--quiet", .. options]).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose()
    {
        if (Ids() is { Length: > 0 } running)
        {
            Run(["kill", .. running]).Succeeds();
        }

        Run("host", "stop").Succeeds();
        Directory.Delete(Files, recursive: true);
    }
}
