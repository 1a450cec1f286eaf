namespace Yadokari.Daemon.Tests.Cluster;

/// <summary>A path in a directory of its own, which goes at the end.</summary>
public sealed class TemporaryFile : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("yado-store-");

    public string Path => System.IO.Path.Combine(_directory.FullName, "cluster.db");

    public void Dispose() => _directory.Delete(recursive: true);
}
