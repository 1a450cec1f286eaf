namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>The descriptors of a frozen process as captured. Owns handles that read the carried files: dispose it when
/// their content is written.</summary>
public sealed class DescriptorCapture : IDisposable
{
    internal DescriptorCapture(DescriptorTableImage table, IReadOnlyList<CarriedContent> contents, IReadOnlyList<Obstacle> obstacles)
    {
        Table = table;
        Contents = contents;
        Obstacles = obstacles;
    }

    public DescriptorTableImage Table { get; }

    /// <summary>What is open is told in its parent, which has the same table; here is nothing.</summary>
    public bool SharesTable { get; init; }

    public IReadOnlyList<CarriedContent> Contents { get; }

    /// <summary>What can't be carried after all; when not empty, give up and thaw.</summary>
    public IReadOnlyList<Obstacle> Obstacles { get; }

    public void Dispose()
    {
        foreach (CarriedContent content in Contents)
        {
            content.Handle.Dispose();
        }
    }
}
