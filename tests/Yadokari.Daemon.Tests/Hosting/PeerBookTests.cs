using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Cluster;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Tests.Draining;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Tests.Hosting;

/// <summary>Who gets into the book of hosts, and under which name.</summary>
public sealed class PeerBookTests
{
    private static readonly IPAddress[] Addresses = [IPAddress.Parse("10.0.0.2"), IPAddress.Loopback];

    private readonly PeerBook _book = BookOf(secured: true);

    [Fact]
    public async Task A_host_that_greets_is_known_by_the_name_in_its_certificate()
    {
        _book.Meet(Greeting("b", "10.0.0.2:1991"), "b", Addresses);

        (await _book.ResolveAsync("b", CancellationToken.None)).ShouldBe(new HostPlace("10.0.0.2:1991", "b"));
    }

    [Fact]
    public async Task A_host_with_certificate_b_that_greets_as_c3_is_refused_and_stays_unknown()
    {
        Should.Throw<YadoException>(() => _book.Meet(Greeting("c3", "10.0.0.2:1991"), "b", Addresses)).Message.ShouldBe("host 'b' may not greet as 'c3'");

        (await Should.ThrowAsync<YadoException>(_book.ResolveAsync("c3", CancellationToken.None))).ExitStatus.ShouldBe(4);
        _book.Places.ShouldBeEmpty();
    }

    [Fact]
    public void A_host_says_only_addresses_of_its_certificate() =>
        Should.Throw<YadoException>(() => _book.Meet(Greeting("b", "10.0.0.3:1991"), "b", Addresses)).ExitStatus.ShouldBe(5);

    [Fact]
    public void Greetings_of_one_host_fill_one_place_of_the_book()
    {
        for (int port = 1; port <= 2 * Limits.MaxPeers; port++)
        {
            _book.Meet(Greeting("b", $"127.0.0.1:{port}"), "b", Addresses);
        }

        _book.Places.ShouldBe([new HostPlace($"127.0.0.1:{2 * Limits.MaxPeers}", "b")]);
        _book.Add("10.0.0.9:1991").ShouldBe("10.0.0.9:1991");
    }

    [Fact]
    public async Task A_greeting_takes_no_place_from_a_host_that_was_told_or_is_a_member()
    {
        _book.Add("10.0.0.2:1991");
        _book.SetMembers([new MemberEntry("c3", "instance", "127.0.0.1:7")]);

        _book.Meet(Greeting("b", "127.0.0.1:7"), "b", Addresses);
        _book.Meet(Greeting("b", "127.0.0.1:8"), "b", Addresses);

        (await _book.ResolveAsync("c3", CancellationToken.None)).ShouldBe(new HostPlace("127.0.0.1:7", "c3"));
        _book.Places.Select(p => p.Address).ShouldBe(["10.0.0.2:1991", "127.0.0.1:7", "127.0.0.1:8"]);
    }

    [Fact]
    public void Without_a_certificate_no_other_host_is_known() =>
        Should.Throw<YadoException>(() => BookOf(secured: false).Add("127.0.0.1:1991")).Message.ShouldContain("has no certificate");

    private static PeerBook BookOf(bool secured) =>
        new(new HostSelf("a", "instance-a", 0, "boot"), secured, () => throw new InvalidOperationException("nobody is greeted"), NullLogger<PeerBook>.Instance);

    private static HostInfo Greeting(string name, string address) => WorldHost.Host(name) with { Address = address };
}
