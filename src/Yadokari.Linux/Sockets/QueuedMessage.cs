namespace Yadokari.Linux.Sockets;

/// <summary>A message (or, of a stream, a piece) that waits in a socket's receive queue.</summary>
/// <param name="Bytes">Its content; may be empty.</param>
/// <param name="Sender">struct sockaddr of the sender; empty when it has none.</param>
/// <param name="CarriesDescriptors">File descriptors travel with it (SCM_RIGHTS).</param>
public sealed record QueuedMessage(byte[] Bytes, byte[] Sender, bool CarriesDescriptors);
