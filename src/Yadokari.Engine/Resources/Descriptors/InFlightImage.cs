namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>What comes with a message that waits at a unix socket: descriptors (SCM_RIGHTS), and who has sent it (SCM_CREDENTIALS).</summary>
/// <param name="Message">Which of those that wait.</param>
/// <param name="Descriptors">Which of <see cref="Image.TreeImage.Shared"/>'s descriptions, in order.</param>
public sealed record InFlightImage(int Message, IReadOnlyList<int> Descriptors)
{
    /// <summary>The sender, a process of the job by its own number; null: the socket is not told.</summary>
    public SenderImage? Sender { get; init; }

    /// <summary>SCM_MAX_FD (include/net/scm.h).</summary>
    public const int MostDescriptors = 253;

    /// <summary>Bytes up to which the kernel never sends a piece of a stream in parts, whatever the size of the sender's buffer
    /// (unix_stream_sendmsg, net/unix/af_unix.c).</summary>
    public const int LongestPiece = 2048;

    /// <summary>The same for a sender whose buffer has the usual size.</summary>
    public const int LongestUsualPiece = 16 << 10;
}
