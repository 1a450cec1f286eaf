namespace Yadokari.Engine.Resources.Memory;

/// <summary>When memory has been copied often enough while the job runs, and what is left is copied while it stands still.</summary>
public static class RoundRule
{
    /// <summary>Bytes of memory of a job below which there are no rounds: it is copied in less time than they take to begin.</summary>
    /// <param name="far">It goes to another host, where its process is made meanwhile: what is left for the pause is read, sent, written and
    /// read again, and a process has to be made for it.</param>
    public static long WorthRounds(bool far) => far ? 512L << 10 : 8L << 20;

    /// <summary>Bytes of memory of a process's own for which a stop to arm its watch is worth it.</summary>
    /// <param name="far">As <see cref="WorthRounds"/>.</param>
    public static long WorthWatch(bool far) => far ? 256L << 10 : 4L << 20;

    /// <summary>Bytes of a round behind which nothing is left that would take long.</summary>
    public const long Little = 1L << 20;

    public const int MaxRounds = 8;

    /// <summary>Whether there is to be one more.</summary>
    /// <param name="bytes">Of each round so far. One that is not a fifth smaller than the one before shows that the job writes
    /// about as fast as it is copied: more of them would not help. But not the second: while the first is copied whoever gets it touches its
    /// memory for the first time, which may take many times as long.</param>
    public static bool GoesOn(IReadOnlyList<long> bytes) =>
        bytes.Count == 0
        || (bytes.Count < MaxRounds && bytes[^1] >= Little && (bytes.Count < 3 || bytes[^1] * 5 < bytes[^2] * 4));
}
