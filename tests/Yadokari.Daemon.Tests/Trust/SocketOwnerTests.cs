using System.Diagnostics;
using Shouldly;
using Xunit;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Tests.Trust;

/// <summary>A home that the environment leads to may be another user's, with a daemon of that user in it.</summary>
public sealed class SocketOwnerTests
{
    private const string Listener =
        """
        import socket, sys
        s = socket.socket(socket.AF_UNIX)
        s.bind(sys.argv[1])
        s.listen()
        print("listening", flush=True)
        while True:
            c = s.accept()[0]
            print("heard", c.recv(10), flush=True)
            c.close()
        """;

    [SkippableFact]
    public async Task Nothing_is_said_to_a_daemon_of_another_user()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs two users");
        DirectoryInfo place = Directory.CreateTempSubdirectory("yadokari-owner-");
        File.SetUnixFileMode(place.FullName, (UnixFileMode)0x1FF);
        string path = Path.Combine(place.FullName, "daemon.sock");
        using Process listener = Process.Start(new ProcessStartInfo(
            "setpriv", ["--reuid", "65534", "--clear-groups", "/usr/bin/python3", "-c", Listener, path])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            (await listener.StandardOutput.ReadLineAsync()).ShouldBe("listening");
            File.SetUnixFileMode(path, (UnixFileMode)0x1FF);
            using YadoClient client = YadoClient.ForSocket(path);
            YadoException failure = await Should.ThrowAsync<YadoException>(() => client.GetHostsAsync(CancellationToken.None));
            failure.Message.ShouldContain("of user 65534");
            (await listener.StandardOutput.ReadLineAsync()).ShouldBe("heard b''");
        }
        finally
        {
            listener.Kill();
            await listener.WaitForExitAsync();
            place.Delete(recursive: true);
        }
    }
}
