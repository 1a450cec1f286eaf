using System.Net;
using System.Net.Security;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Trust;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Tests.Trust;

/// <summary>Connections to other hosts that stay open, and when they must not.</summary>
public sealed class PeerLinksTests : IAsyncLifetime
{
    private readonly TestCluster _cluster = new();
    private CountedSecurity _security = null!;
    private PeerLinks _links = null!;
    private DoorServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await DoorServer.StartAsync(_cluster.Host("c"));
        _security = new CountedSecurity(_cluster.Host("b"));
        _links = new PeerLinks(_security);
    }

    public async Task DisposeAsync()
    {
        _links.Dispose();
        await _server.DisposeAsync();
        _cluster.Dispose();
    }

    [Fact]
    public async Task A_host_that_is_asked_again_is_asked_by_the_same_connection()
    {
        foreach (int _ in Enumerable.Range(0, 5))
        {
            (await AskAsync()).ShouldBe("c");
        }

        _security.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task When_somebody_is_believed_no_more_nobody_is_asked_by_a_connection_from_before()
    {
        await AskAsync();
        _security.Basis = "later";
        await AskAsync();
        await AskAsync();

        _security.Connections.ShouldBe(2);
    }

    [Fact]
    public async Task Another_host_that_has_come_to_the_address_is_asked_unless_one_is_meant()
    {
        (await AskAsync()).ShouldBe("c");
        int port = IPEndPoint.Parse(_server.Address).Port;
        await _server.DisposeAsync();
        _server = await DoorServer.StartAsync(_cluster.Host("d"), port);

        (await AskAsync()).ShouldBe("d");
        (await Should.ThrowAsync<YadoException>(AskAsync("c"))).Message.ShouldContain("is host 'd' by its certificate, not 'c'");
        (await AskAsync("d")).ShouldBe("d");
    }

    [Fact]
    public async Task Who_is_asked_when_a_link_is_given_up_answers_still()
    {
        Task<string> asked = _links.AskAsync(_server.Address, null, async client =>
        {
            _security.Basis = "later";
            await AskAsync();
            return (await client.GetHostsAsync()).Self.Instance;
        });

        (await asked).ShouldBe("c");
    }

    private Task<string> AskAsync(string? name = null) => _links.AskAsync(_server.Address, name, async client => (await client.GetHostsAsync()).Self.Instance);

    private sealed class CountedSecurity(HostCredentials credentials) : ILinkSecurity
    {
        private int _connections;

        public int Connections => _connections;

        public string Basis { get; set; } = "";

        public SslClientAuthenticationOptions ForConnection(IPEndPoint to, Action<string> refuse)
        {
            Interlocked.Increment(ref _connections);
            return credentials.ForConnection(to, refuse);
        }
    }
}
