using System.Security.Cryptography;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Trust;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Cluster;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Tests.Trust;

/// <summary>A host that is shut out.</summary>
public sealed class RevocationTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly TestCluster _cluster = new();

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public async Task A_revoked_host_is_refused_in_both_directions_by_who_knows_the_list()
    {
        HostCredentials thief = _cluster.Host("b");
        HostCredentials other = _cluster.Host("c");
        await using DoorServer door = await DoorServer.StartAsync(other);
        await using DoorServer trap = await DoorServer.StartAsync(thief);
        await CallAsync(door, thief);

        other.Revocations.Adopt(ClusterTrust.Revoke(_cluster.Authority, "b", Now)).ShouldBeTrue();

        await Should.ThrowAsync<YadoException>(CallAsync(door, thief));
        (await Should.ThrowAsync<YadoException>(CallAsync(trap, other))).Message.ShouldContain("its certificate was revoked on ");
        trap.Requests.ShouldBe(0);
    }

    [Fact]
    public void The_list_is_kept_and_an_older_one_changes_nothing()
    {
        HostCredentials host = _cluster.Host("b");
        string serial = _cluster.Host("c").Certificate.SerialNumber;
        _cluster.Host("d");
        RevocationList first = ClusterTrust.Revoke(_cluster.Authority, "c", Now);
        RevocationList second = ClusterTrust.Revoke(_cluster.Authority, "d", Now);
        host.Revocations.Adopt(second).ShouldBeTrue();

        host.Revocations.Adopt(first).ShouldBeFalse();

        HostCredentials again = HostCredentials.Load(_cluster.HomeOf("b"))!;
        again.Revocations.List.Version.ShouldBe(2);
        again.Revocations.Find(serial)!.Name.ShouldBe("c");
    }

    [Fact]
    public void Only_the_cluster_s_key_makes_a_list()
    {
        HostCredentials host = _cluster.Host("b");
        _cluster.Host("c");
        using TestCluster other = new();
        other.Host("c");
        RevocationList good = ClusterTrust.Revoke(_cluster.Authority, "c", Now);

        foreach (RevocationList forged in (RevocationList[])
        [
            ClusterTrust.Revoke(other.Authority, "c", Now),
            good with { Version = 9 },
            good with { Entries = [] },
            good with { Entries = [good.Entries[0] with { Serial = host.Certificate.SerialNumber }] },
            good with { Signature = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64)) },
            good with { Signature = "?" },
        ])
        {
            Should.Throw<YadoException>(() => host.Revocations.Adopt(forged)).ExitStatus.ShouldBe(5);
        }
        host.Revocations.List.Version.ShouldBe(0);
    }

    [Fact]
    public void A_damaged_list_is_not_overlooked()
    {
        _cluster.Host("b");
        File.WriteAllText(TrustFiles.Of(_cluster.HomeOf("b")).Revoked, "{}");

        Should.Throw<YadoException>(() => HostCredentials.Load(_cluster.HomeOf("b"))).Message.ShouldContain("damaged");
    }

    [Fact]
    public void One_certificate_is_revoked_by_its_fingerprint_and_the_name_is_free_again()
    {
        HostCredentials host = _cluster.Host("b");
        string fingerprint = CertificateCheck.Fingerprint(host.Certificate);

        ClusterTrust.Revoke(_cluster.Authority, fingerprint, Now).Entries.ShouldHaveSingleItem().Serial.ShouldBe(host.Certificate.SerialNumber);

        HomeDirectory fresh = _cluster.HomeOf("fresh");
        ClusterTrust.Give(_cluster.Authority, [new NewHost(fresh, "b", [])], "127.0.0.1:1", Now);
        HostCredentials again = HostCredentials.Load(fresh)!;
        again.Revocations.Find(again.Certificate.SerialNumber).ShouldBeNull();
    }

    [Theory]
    [InlineData("a", 2)]
    [InlineData("stranger", 4)]
    public void Neither_the_authority_itself_nor_a_stranger_can_be_revoked(string host, int status) =>
        Should.Throw<YadoException>(() => ClusterTrust.Revoke(_cluster.Authority, host, Now)).ExitStatus.ShouldBe(status);

    private static async Task CallAsync(DoorServer door, HostCredentials caller)
    {
        using ApiConnection api = ApiConnection.ToAddress(door.Address, caller);
        using HttpResponseMessage answer = await api.OpenAsync(HttpMethod.Get, Routes.Host, null, CancellationToken.None);
    }
}
