using System.Net;
using System.Net.Sockets;

namespace Yadokari.LabTests;

/// <summary>Ports of the loopback that nobody has just now.</summary>
internal static class FreePorts
{
    /// <returns>Each another one.</returns>
    public static int[] Take(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener listener in listeners)
        {
            listener.Start();
        }

        int[] ports = [.. listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        foreach (TcpListener listener in listeners)
        {
            listener.Dispose();
        }

        return ports;
    }
}
