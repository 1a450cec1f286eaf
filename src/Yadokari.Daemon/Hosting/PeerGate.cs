using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Yadokari.Daemon.Hosting;

/// <summary>
/// Whom this daemon talks to. As long as it has no certificate, nobody from outside: only this machine itself, and only
/// the daemon's own user and root there; and the lab's own network when YADO_LAB=1, which exists only inside private
/// network namespaces. With a certificate any address: who is there shows in the handshake.
/// </summary>
/// <param name="secured">Connections with other hosts are mutual TLS.</param>
public sealed class PeerGate(uint uid, bool lab, bool secured = false)
{
    private static readonly IPNetwork LabNetwork = IPNetwork.Parse("10.199.0.0/16");

    public static PeerGate FromEnvironment(uint uid, bool secured) => new(uid, Environment.GetEnvironmentVariable("YADO_LAB") == "1", secured);

    /// <summary>An address that may be listened on, called, or call.</summary>
    public bool Allows(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return secured || IPAddress.IsLoopback(plain) || (lab && plain.AddressFamily == AddressFamily.InterNetwork && LabNetwork.Contains(plain));
    }

    /// <summary>A connection that may speak: from an allowed address, and on this machine of an allowed user.</summary>
    /// <param name="remote">The other end.</param>
    /// <param name="local">This end.</param>
    public bool Admits(IPEndPoint remote, IPEndPoint local)
    {
        if (!Allows(remote.Address))
        {
            return false;
        }
        if (secured)
        {
            return true;
        }
        IPAddress plain = remote.Address.IsIPv4MappedToIPv6 ? remote.Address.MapToIPv4() : remote.Address;
        if (!IPAddress.IsLoopback(plain))
        {
            return true;
        }
        // Any user of this machine can connect to 127.0.0.1; the kernel knows whose socket the other end is.
        string table = plain.AddressFamily == AddressFamily.InterNetwork ? "/proc/net/tcp" : "/proc/net/tcp6";
        return FindOwner(File.ReadLines(table), new IPEndPoint(plain, remote.Port), local.Port) is { } owner && AdmitsUser(owner);
    }

    /// <summary>The daemon's own user, and root.</summary>
    public bool AdmitsUser(uint user) => user == uid || user == 0;

    /// <summary>The user who owns the socket with these ends (proc_net_tcp: local address, remote address, …, uid).</summary>
    public static uint? FindOwner(IEnumerable<string> table, IPEndPoint end, int otherPort)
    {
        string local = $"{Hex(end.Address)}:{end.Port:X4}";
        string remotePort = $":{otherPort:X4}";
        foreach (string line in table)
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            const int localField = 1;
            const int remoteField = 2;
            const int uidField = 7;
            if (fields.Length > uidField && fields[localField] == local && fields[remoteField].EndsWith(remotePort, StringComparison.Ordinal)
                && uint.TryParse(fields[uidField], CultureInfo.InvariantCulture, out uint owner))
            {
                return owner;
            }
        }
        return null;
    }

    /// <summary>Each 32-bit word of the address as a number of this little-endian machine.</summary>
    private static string Hex(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int word = 0; word < bytes.Length; word += sizeof(uint))
        {
            Array.Reverse(bytes, word, sizeof(uint));
        }
        return Convert.ToHexString(bytes);
    }
}
