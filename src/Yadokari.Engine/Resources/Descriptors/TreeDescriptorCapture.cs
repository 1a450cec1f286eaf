namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>The descriptors of a job's processes as captured. Dispose it when the content of carried files is written.</summary>
/// <param name="Processes">Of each process, in their order.</param>
/// <param name="Shared">What several of them hold.</param>
public sealed record TreeDescriptorCapture(IReadOnlyList<DescriptorCapture> Processes, DescriptorTableImage Shared, IReadOnlyList<Obstacle> Obstacles) : IDisposable
{
    public void Dispose()
    {
        foreach (DescriptorCapture process in Processes)
        {
            process.Dispose();
        }
    }
}
