namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A POSIX message queue (mq_overview(7)) that processes of the job have open.</summary>
/// <param name="Id">Its inode on the old host.</param>
/// <param name="Name">Without the slash.</param>
/// <param name="Removed">Its name is (mq_unlink).</param>
/// <param name="MostMessages">It holds so many at most.</param>
/// <param name="LongestMessage">Bytes.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Messages">What waits, in the order in which it is received.</param>
public sealed record PosixQueueImage(ulong Id, string Name, bool Removed, long MostMessages, long LongestMessage, FileOwnerImage Owner, IReadOnlyList<PosixMessageImage> Messages)
{
    /// <summary>Bytes of a name (NAME_MAX).</summary>
    public const int LongestName = 255;

    /// <summary>Of any queue (HARD_MSGMAX, HARD_MSGSIZEMAX of the kernel).</summary>
    public const long HardMostMessages = 65536, HardLongestMessage = 16 << 20;

    public static bool IsName(string? name) => name is { Length: > 0 and <= LongestName } and not ("." or "..") && !name.AsSpan().ContainsAny('/', '\0');
}
