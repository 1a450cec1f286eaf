using System.Net;
using System.Security.Cryptography.X509Certificates;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Trust;

namespace Yadokari.Daemon.Tests.Trust;

public sealed class CertificateCheckTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly IPAddress Address = IPAddress.Parse("10.0.0.2");

    private readonly TestCluster _cluster = new();
    private readonly HostCredentials _host;

    public CertificateCheckTests() => _host = _cluster.Host("b", addresses: Address);

    [Theory]
    [InlineData(0)]
    [InlineData(-25)]
    [InlineData(24 * 89)]
    [InlineData((24 * 90) + 1)]
    public void A_certificate_of_the_cluster_is_believed_also_with_clocks_an_hour_apart(int hoursLater) =>
        Explain(_host.Certificate, Now.AddHours(hoursLater), Address).ShouldBeNull();

    [Fact]
    public void An_expired_certificate_is_not_believed() =>
        Explain(_host.Certificate, Now.AddDays(91), Address).ShouldNotBeNull().ShouldStartWith("has expired on ");

    [Fact]
    public void A_certificate_of_the_future_is_not_believed() =>
        Explain(_host.Certificate, Now.AddDays(-3), Address).ShouldNotBeNull().ShouldContain("compare the clocks");

    [Fact]
    public void A_certificate_of_another_cluster_is_not_believed()
    {
        using TestCluster other = new();
        HostCredentials stranger = other.Host("b", addresses: Address);

        Explain(stranger.Certificate, Now, Address).ShouldBe("is not of this cluster");
    }

    [Fact]
    public void A_host_with_a_certificate_can_not_sign_another()
    {
        HostCredentials thief = _cluster.Host("thief", addresses: IPAddress.Parse("10.0.0.9"));
        using HostKey key = new();
        CertificateRequest forged = CertificateRequest.LoadSigningRequestPem(key.Request("a"), System.Security.Cryptography.HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = forged.Create(
            thief.Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(thief.Certificate.GetECDsaPrivateKey()!), Now.AddHours(-1), Now.AddHours(1), [1, 2, 3, 4]);

        Explain(certificate, Now, null).ShouldBe("is not of this cluster");
    }

    [Fact]
    public void A_certificate_is_for_its_host_s_addresses_only()
    {
        Explain(_host.Certificate, Now, IPAddress.Parse("::ffff:10.0.0.2")).ShouldBeNull();
        Explain(_host.Certificate, Now, IPAddress.Parse("10.0.0.3")).ShouldNotBeNull().ShouldContain("not for 10.0.0.3");
    }

    [Fact]
    public void Keys_are_readable_by_their_owner_only()
    {
        foreach (string file in Directory.EnumerateFiles(_host.Files.Directory).Concat(Directory.EnumerateFiles(_cluster.Authority.Trust)).Where(f => !f.Contains(".db", StringComparison.Ordinal)))
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
        }

        File.SetUnixFileMode(_host.Files.HostIdentity, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Should.Throw<Protocol.Errors.YadoException>(() => HostCredentials.Load(_cluster.HomeOf("b"))).Message.ShouldContain("can be read by others");
    }

    public void Dispose() => _cluster.Dispose();

    private string? Explain(X509Certificate2 certificate, DateTimeOffset now, IPAddress? address) =>
        CertificateCheck.Explain(certificate, _host.Authority, now, address);
}
