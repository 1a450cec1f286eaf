namespace Yadokari.Conformance;

/// <summary>The tool under test, by its command line only.</summary>
internal static class Tool
{
    /// <summary>Saves a process; what the tool said and how it ended.</summary>
    public static (Ending Ending, string Said) Checkpoint(Scene scene, int pid, string file, bool leaveRunning = false, params IReadOnlyList<string> more) =>
        Run(scene, ["checkpoint", $"{pid}", "-o", file, .. leaveRunning ? ["--leave-running"] : Array.Empty<string>(), .. more]);

    /// <summary>Runs the tool to its end, as the user of the scene; what it printed and how it ended.</summary>
    public static (Ending Ending, string Said) Run(Scene scene, params IReadOnlyList<string> arguments)
    {
        if (!File.Exists(Checkout.Tool))
        {
            throw new FileNotFoundException(
                $"{Checkout.Tool} is not there: dotnet publish src/Yadokari.Cli -c Release -o artifacts/yado, or set YADO");
        }

        Dictionary<string, string> environment = new() { ["HOME"] = scene.Directory, ["PATH"] = "/usr/bin:/bin" };
        string name = arguments[0];
        using Launched tool = scene.Start(name, [Checkout.Tool, .. arguments], environment: environment);
        Ending ending = tool.Wait(() => $"yado {string.Join(' ', arguments)}\n{scene.Transcript}");
        return (ending, File.ReadAllText(scene.Stream(scene.Started, name, "out"))
            + File.ReadAllText(scene.Stream(scene.Started, name, "err")));
    }
}
