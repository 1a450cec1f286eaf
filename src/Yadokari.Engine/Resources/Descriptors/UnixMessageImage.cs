namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A datagram that waits unread at a unix socket with a name.</summary>
/// <param name="Bytes">Its content; may be empty.</param>
/// <param name="Sender">struct sockaddr of the sender; empty when it has no name.</param>
public sealed record UnixMessageImage(byte[] Bytes, byte[] Sender);
