using Shouldly;
using Xunit;
using Yadokari.Pms.Tests;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Tests.Trust;

/// <summary>A home that the environment leads to may be another user's, with a daemon of that user in it.</summary>
public sealed class SocketOwnerTests
{
    [SkippableFact]
    public async Task Nothing_is_said_to_a_daemon_of_another_user()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs two users");
        await using StrangersDaemon stranger = await StrangersDaemon.StartAsync();
        using YadoClient client = YadoClient.ForSocket(Path.Combine(stranger.Home, "daemon.sock"));

        YadoException failure = await Should.ThrowAsync<YadoException>(() => client.GetHostsAsync(CancellationToken.None));

        failure.Message.ShouldContain("of user 65534");
        (await stranger.HearAsync()).ShouldBe("heard b''");
    }
}
