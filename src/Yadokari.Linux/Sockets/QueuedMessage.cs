using Microsoft.Win32.SafeHandles;

namespace Yadokari.Linux.Sockets;

/// <summary>A message (or, of a stream, a piece) that waits in a socket's receive queue.</summary>
/// <param name="Bytes">Its content; may be empty.</param>
/// <param name="Sender">struct sockaddr of the sender; empty when it has none.</param>
/// <param name="Descriptors">Copies of the file descriptors that travel with it (SCM_RIGHTS). Whoever asked for them owns them.</param>
/// <param name="Incomplete">More descriptors travel with it than could be copied.</param>
public sealed record QueuedMessage(byte[] Bytes, byte[] Sender, IReadOnlyList<SafeFileHandle> Descriptors, bool Incomplete)
{
    /// <summary>Who has sent it, as the caller sees them; null where the socket is not told (SO_PASSCRED).</summary>
    public PeerCredentials? Credentials { get; init; }

    /// <summary>File descriptors travel with it.</summary>
    public bool CarriesDescriptors => Descriptors.Count > 0 || Incomplete;
}
