using System.Diagnostics;

namespace Yadokari.Pms.Tests;

/// <summary>A home in which a process of another user listens where a daemon would. Root can make one.</summary>
internal sealed class StrangersDaemon : IAsyncDisposable
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

    private const UnixFileMode Everyone = (UnixFileMode)0x1FF;
    private readonly Process _listener;

    private StrangersDaemon(string home, Process listener)
    {
        Home = home;
        _listener = listener;
    }

    public string Home { get; }

    public static async Task<StrangersDaemon> StartAsync()
    {
        string home = Directory.CreateTempSubdirectory("yado-pms-test-").FullName;
        File.SetUnixFileMode(home, Everyone);
        string socket = Path.Combine(home, "daemon.sock");
        StrangersDaemon daemon = new(home, Process.Start(new ProcessStartInfo(
            "setpriv", ["--reuid", "65534", "--clear-groups", "/usr/bin/python3", "-c", Listener, socket])
        {
            RedirectStandardOutput = true,
        })!);
        if (await daemon.HearAsync() != "listening")
        {
            await daemon.DisposeAsync();
            throw new InvalidOperationException("the listener does not listen");
        }
        File.SetUnixFileMode(socket, Everyone);
        return daemon;
    }

    /// <summary>What the next one who came had said.</summary>
    public Task<string?> HearAsync() => _listener.StandardOutput.ReadLineAsync();

    public async ValueTask DisposeAsync()
    {
        _listener.Kill();
        await _listener.WaitForExitAsync();
        _listener.Dispose();
        Directory.Delete(Home, recursive: true);
    }
}
