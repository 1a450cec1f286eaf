using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Trust;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Tests.Trust;

/// <summary>Real TLS on 127.0.0.1: who gets through the door, and what those are told who do not.</summary>
public sealed class PeerDoorTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly TestCluster _cluster = new();
    private DoorServer _server = null!;

    public async Task InitializeAsync() => _server = await DoorServer.StartAsync(HostCredentials.Load(_cluster.Authority)!);

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _cluster.Dispose();
    }

    [Fact]
    public async Task A_host_of_the_cluster_gets_in_under_its_own_name() => (await CallAsync(_cluster.Host("b"))).ShouldBe("b");

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_clock_an_hour_off_is_no_reason_to_refuse(int hours) =>
        (await CallAsync(_cluster.Host("b", Now.AddHours(hours), new SetClock(Now.AddHours(hours))))).ShouldBe("b");

    /// <summary>On 127.0.0.1 every host's certificate is good, and whoever listens there now need not be who did.</summary>
    [Fact]
    public async Task Nothing_is_said_to_a_host_whose_certificate_has_another_name()
    {
        using ApiConnection api = ApiConnection.ToAddress(_server.Address, _cluster.Host("b"), name: "c3");

        YadoException failure = await Should.ThrowAsync<YadoException>(api.OpenAsync(HttpMethod.Get, Routes.Host, null, CancellationToken.None));

        failure.Message.ShouldContain("is host 'a' by its certificate, not 'c3'");
        _server.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task Whoever_was_there_first_must_be_there_on_every_connection()
    {
        HostCredentials caller = _cluster.Host("b");
        using ApiConnection api = ApiConnection.ToAddress(_server.Address, caller);
        using (await api.OpenAsync(HttpMethod.Get, Routes.Host, null, CancellationToken.None))
        {
            api.PeerName.ShouldBe("a");
        }
        int port = IPEndPoint.Parse(_server.Address).Port;
        await _server.DisposeAsync();
        await using DoorServer other = await DoorServer.StartAsync(_cluster.Host("c"), port);

        (await Should.ThrowAsync<YadoException>(api.OpenAsync(HttpMethod.Get, Routes.Host, null, CancellationToken.None)))
            .Message.ShouldContain("is host 'c' by its certificate, not 'a'");
        other.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task Without_a_certificate_nothing_is_said_to_anybody()
    {
        using ApiConnection api = ApiConnection.ToAddress(_server.Address);

        (await Should.ThrowAsync<YadoException>(api.OpenAsync(HttpMethod.Get, Routes.Host, null, CancellationToken.None)))
            .Message.ShouldContain("this host has no certificate");
    }

    [Fact]
    public async Task A_host_of_another_cluster_is_refused_and_told_so()
    {
        using TestCluster other = new();

        (await RefusedAsync(other.Host("b"))).ShouldContain("its certificate is not of this cluster");
    }

    [Fact]
    public async Task An_expired_certificate_is_refused_by_its_own_host_first()
    {
        HostCredentials expired = _cluster.Host("b", Now.AddDays(-100));

        (await RefusedAsync(expired)).ShouldStartWith("this host's own certificate has expired on ");
    }

    [Fact]
    public async Task An_expired_certificate_is_refused_by_the_other_host_whatever_the_caller_s_clock_says()
    {
        HostCredentials expired = _cluster.Host("b", Now.AddDays(-100), new SetClock(Now.AddDays(-50)));

        (await RefusedAsync(expired)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_server_that_has_expired_is_not_talked_to()
    {
        using TestCluster cluster = new();
        await using DoorServer server = await DoorServer.StartAsync(cluster.Host("old", Now.AddDays(-100)));

        (await RefusedAsync(cluster.Host("b"), server)).ShouldContain("its certificate has expired on ");
    }

    [Fact]
    public async Task A_caller_without_a_certificate_reaches_nothing()
    {
        (await SayAsync(secured: true, "GET /v1/host HTTP/1.1\r\nHost: x\r\n\r\n")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_caller_without_TLS_reaches_nothing()
    {
        (await SayAsync(secured: false, "GET /v1/host HTTP/1.1\r\nHost: x\r\n\r\n")).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_door_for_joining_is_shut_without_a_token_and_leads_to_nothing_else_with_one()
    {
        (await SayAsync(secured: true, "GET /v1/cluster/authority HTTP/1.1\r\nHost: x\r\n\r\n", PeerDoor.JoinName)).ShouldBeEmpty();

        ClusterTrust.MakeToken(_cluster.Authority, null, Now.AddHours(1));

        (await SayAsync(secured: true, "GET /v1/cluster/authority HTTP/1.1\r\nHost: x\r\n\r\n", PeerDoor.JoinName)).ShouldStartWith("HTTP/1.1 200");
        (await SayAsync(secured: true, "GET /v1/host HTTP/1.1\r\nHost: x\r\n\r\n", PeerDoor.JoinName)).ShouldBeEmpty();
        (await SayAsync(secured: true, "GET /v1/cluster/authority HTTP/1.1\r\nHost: x\r\n\r\n")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_host_joins_with_a_token_once_and_is_then_known()
    {
        JoinToken token = ClusterTrust.MakeToken(_cluster.Authority, null, Now.AddHours(1));
        ClusterTrust.MakeToken(_cluster.Authority, null, Now.AddHours(1));
        HomeDirectory home = _cluster.HomeOf("b");

        await ClusterTrust.JoinAsync(home, _server.Address, token, "b", [], CancellationToken.None);

        (await CallAsync(HostCredentials.Load(home)!)).ShouldBe("b");
        YadoException second = await Should.ThrowAsync<YadoException>(
            ClusterTrust.JoinAsync(_cluster.HomeOf("thief"), _server.Address, token, "thief", [], CancellationToken.None));
        second.ExitStatus.ShouldBe(5);
        second.Message.ShouldContain("used already");
        HostCredentials.Load(_cluster.HomeOf("thief")).ShouldBeNull();
    }

    [Fact]
    public async Task A_host_does_not_show_its_secret_to_another_cluster()
    {
        using TestCluster other = new();
        JoinToken token = ClusterTrust.MakeToken(other.Authority, null, Now.AddHours(1));
        ClusterTrust.MakeToken(_cluster.Authority, null, Now.AddHours(1));

        YadoException failure = await Should.ThrowAsync<YadoException>(
            ClusterTrust.JoinAsync(_cluster.HomeOf("b"), _server.Address, token, "b", [], CancellationToken.None));

        failure.Message.ShouldContain("is of another cluster than the token");
        using AuthorityBook book = AuthorityBook.Open(TrustFiles.Of(other.Authority));
        book.CheckToken(token.Secret, Now).ShouldBeNull();
    }

    [Fact]
    public async Task A_certificate_is_renewed_by_the_one_before_it()
    {
        HomeDirectory home = _cluster.HomeOf("b");
        ClusterTrust.Give(_cluster.Authority, [new NewHost(home, "b", [IPAddress.Parse("10.0.0.2")])], _server.Address, Now.AddDays(-80));
        HostCredentials credentials = HostCredentials.Load(home)!;
        DateTime ends = credentials.Certificate.NotAfter;

        await ClusterTrust.RenewAsync(credentials, Now, CancellationToken.None);

        credentials.Certificate.NotAfter.ShouldBeGreaterThan(ends.AddDays(70));
        CertificateCheck.Addresses(credentials.Certificate).ShouldContain(IPAddress.Parse("10.0.0.2"));
        (await CallAsync(credentials)).ShouldBe("b");
    }

    private async Task<string> CallAsync(HostCredentials caller, DoorServer? server = null)
    {
        using ApiConnection api = ApiConnection.ToAddress((server ?? _server).Address, caller);
        using HttpResponseMessage answer = await api.OpenAsync(HttpMethod.Get, Routes.Host, null, CancellationToken.None);
        return await answer.Content.ReadAsStringAsync();
    }

    private async Task<string> RefusedAsync(HostCredentials caller, DoorServer? server = null) =>
        (await Should.ThrowAsync<YadoException>(CallAsync(caller, server))).Message;

    /// <summary>What the server answers to bytes of a caller that believes everything; empty when it breaks the connection.</summary>
    private async Task<string> SayAsync(bool secured, string request, string name = "anyone")
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPEndPoint.Parse(_server.Address));
        try
        {
            Stream stream = client.GetStream();
            if (secured)
            {
                SslStream tls = new(stream);
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name, RemoteCertificateValidationCallback = (_, _, _, _) => true });
                stream = tls;
            }
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
            byte[] answer = new byte[64];
            return Encoding.ASCII.GetString(answer, 0, await stream.ReadAsync(answer));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
