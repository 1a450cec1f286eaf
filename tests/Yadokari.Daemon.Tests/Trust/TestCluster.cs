using System.Net;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Trust;

namespace Yadokari.Daemon.Tests.Trust;

/// <summary>A cluster's homes in a directory of their own; host "a" has the authority. No daemons.</summary>
internal sealed class TestCluster : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("yado-trust-");

    /// <summary>Made long ago, so that there can be certificates that have expired.</summary>
    public TestCluster()
    {
        Authority = HomeOf("a");
        ClusterTrust.Init(Authority, "a", [], DateTimeOffset.UtcNow.AddDays(-300));
        ClusterTrust.RenewAsync(HostCredentials.Load(Authority)!, DateTimeOffset.UtcNow, CancellationToken.None).GetAwaiter().GetResult();
    }

    public HomeDirectory Authority { get; }

    public HomeDirectory HomeOf(string name) => new(Path.Combine(_directory.FullName, name));

    /// <summary>A host with a certificate.</summary>
    /// <param name="madeAt">When it was made; null: now.</param>
    public HostCredentials Host(string name, DateTimeOffset? madeAt = null, TimeProvider? clock = null, params IReadOnlyList<IPAddress> addresses)
    {
        HomeDirectory home = HomeOf(name);
        ClusterTrust.Give(Authority, [new NewHost(home, name, addresses)], "127.0.0.1:1", madeAt ?? DateTimeOffset.UtcNow);
        return HostCredentials.Load(home, clock)!;
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
