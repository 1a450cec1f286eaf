namespace Yadokari.Conformance;

/// <summary>The tool under test, by its command line only.</summary>
internal static class Tool
{
    /// <summary>Saves a process; what the tool said and how it ended.</summary>
    public static (Ending Ending, string Said) Checkpoint(Scene scene, int pid, string file, bool leaveRunning = false)
    {
        if (!File.Exists(Checkout.Tool))
        {
            throw new FileNotFoundException(
                $"{Checkout.Tool} is not there: dotnet publish src/Yadokari.Cli -c Release -o artifacts/yado, or set YADO");
        }

        string[] command = [Checkout.Tool, "checkpoint", $"{pid}", "-o", file, .. leaveRunning ? ["--leave-running"] : Array.Empty<string>()];
        Dictionary<string, string> environment = new() { ["HOME"] = scene.Directory, ["PATH"] = "/usr/bin:/bin" };
        using Launched tool = scene.Start("checkpoint", command, environment: environment);
        Ending ending = tool.Wait(() => $"yado checkpoint {pid}\n{scene.Transcript}");
        string said = File.ReadAllText(scene.Stream(scene.Started, "checkpoint", "out"))
            + File.ReadAllText(scene.Stream(scene.Started, "checkpoint", "err"));
        return (ending, said);
    }
}
