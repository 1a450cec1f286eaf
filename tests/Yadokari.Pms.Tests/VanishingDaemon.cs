using System.Net.Sockets;
using System.Text;

namespace Yadokari.Pms.Tests;

/// <summary>The socket of a daemon that goes away in the middle of a call: it takes the request and closes without a word,
/// or promises a checkpoint and is never heard of again.</summary>
internal sealed class VanishingDaemon : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly bool _promises;
    private readonly Task _serving;

    public VanishingDaemon(bool promises)
    {
        _promises = promises;
        Home = Directory.CreateTempSubdirectory("yado-pms-test-").FullName;
        _socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(Home, "daemon.sock")));
        _socket.Listen();
        _serving = Task.Run(ServeAsync);
    }

    public string Home { get; }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _serving;
        Directory.Delete(Home, recursive: true);
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using Socket connection = await _socket.AcceptAsync();
                string request = await ReadHeadAsync(connection);
                if (_promises && request.Contains("/program/checkpoint", StringComparison.Ordinal))
                {
                    const string body = """{"number":1,"path":"/x"}""";
                    await connection.SendAsync(Encoding.ASCII.GetBytes(
                        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
                }
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task<string> ReadHeadAsync(Socket connection)
    {
        StringBuilder head = new();
        byte[] piece = new byte[4096];
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            int count = await connection.ReceiveAsync(piece);
            if (count == 0)
            {
                break;
            }
            head.Append(Encoding.UTF8.GetString(piece, 0, count));
        }
        return head.ToString();
    }
}
