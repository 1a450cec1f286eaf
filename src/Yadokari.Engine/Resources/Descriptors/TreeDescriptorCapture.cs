using Microsoft.Win32.SafeHandles;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>The descriptors of a job's processes as captured. Dispose it when the content of carried files is written.</summary>
/// <param name="Processes">Of each process, in their order.</param>
/// <param name="Shared">What several of them hold.</param>
public sealed record TreeDescriptorCapture(IReadOnlyList<DescriptorCapture> Processes, DescriptorTableImage Shared, IReadOnlyList<Obstacle> Obstacles) : IDisposable
{
    private readonly List<SafeFileHandle> _connections = [];

    /// <summary>Descriptors of both ends of each TCP connection between them. The caller owns them then.</summary>
    public IReadOnlyList<SafeFileHandle> TakeConnections()
    {
        List<SafeFileHandle> taken = [.. _connections];
        _connections.Clear();
        return taken;
    }

    internal void Add(SafeFileHandle connection) => _connections.Add(connection);

    public void Dispose()
    {
        _connections.ForEach(static connection => connection.Dispose());
        foreach (DescriptorCapture process in Processes)
        {
            process.Dispose();
        }
    }
}
