namespace Yadokari.Conformance;

/// <summary>What could grow from hop to hop if a hop left something behind.</summary>
/// <param name="FileSize">Of the context file, bytes.</param>
/// <param name="Descriptors">How many the process has open.</param>
/// <param name="Mappings">How many lines /proc/PID/maps has.</param>
internal sealed record Footprint(long FileSize, int Descriptors, int Mappings)
{
    public static Footprint Of(Journey journey) => new(
        new FileInfo(journey.ContextFile).Length,
        Directory.GetFileSystemEntries($"/proc/{journey.Pid}/fd").Length,
        File.ReadAllLines($"/proc/{journey.Pid}/maps").Length);
}
