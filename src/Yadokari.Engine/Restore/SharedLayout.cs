using Yadokari.Linux;

namespace Yadokari.Engine.Restore;

/// <summary>The pages that stay shared after forks, by offset from their start: some words, then counters, then gates, as many as
/// the plan has. Each has a cache line of its own.</summary>
internal static class SharedLayout
{
    public const int Line = 64;

    /// <summary>Set to 1 by whoever fails, when it has said why.</summary>
    public const int Error = 0;

    /// <summary>Set to 1 by the first who fails: only that one says why.</summary>
    public const int Said = 4;

    /// <summary>With which status the first who failed ends.</summary>
    public const int FailStatus = 8;

    /// <summary>Wait status of the job, from the init to the outer waiter; valid when the next word is 1.</summary>
    public const int Status = Line;

    public const int StatusValid = Line + 8;

    /// <summary>Set to 1 just before the first thread of the job runs: only from then on its end is one that counts.</summary>
    public const int LetGo = 2 * Line;

    /// <summary>Counters, which a failure opens too, so that no wait can miss it.</summary>
    public const int Counters = 4 * Line;

    /// <summary>What a failure does to a counter: more than anything counts to.</summary>
    public const int Opened = 0x40000000;

    /// <summary>Bytes with so many counters and gates: whole pages.</summary>
    public static int LengthOf(int count) => (int)RemoteAddress.WholePages((long)(Counters + (count * Line)));
}
