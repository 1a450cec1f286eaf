using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using Yadokari.Protocol.Errors;

namespace Yadokari.Protocol.Client;

/// <summary>
/// Who listens at a unix socket. The path comes from the environment (YADO_HOME), which may be another user's, as under
/// <c>sudo -E</c>: what is said to a daemon, and done as it answers, is only for one of this user or of root.
/// </summary>
internal static class SocketOwner
{
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int PeerCredentials = 17; // SO_PEERCRED, unix(7): of the process that called listen
    private const int UserOffset = 4; // struct ucred: pid, uid, gid

    /// <exception cref="YadoException">Another user listens there.</exception>
    public static void RequireTrusted(Socket connected, string path)
    {
        Span<byte> credentials = stackalloc byte[12];
        connected.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        uint user = BinaryPrimitives.ReadUInt32LittleEndian(credentials[UserOffset..]);
        if (user != 0 && user != OwnUser())
        {
            throw new YadoException(
                YadoError.Failed,
                $"the daemon at {path} is one of user {user}: nothing is said to it; set YADO_HOME to a directory of your own",
                new UnauthorizedAccessException());
        }
    }

    /// <summary>The effective user, as proc_pid_status(5) tells it.</summary>
    private static uint OwnUser()
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("Uid:", StringComparison.Ordinal));
        return uint.Parse(line.Split('\t')[2], CultureInfo.InvariantCulture);
    }
}
