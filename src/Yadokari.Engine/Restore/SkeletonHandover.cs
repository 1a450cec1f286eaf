namespace Yadokari.Engine.Restore;

/// <summary>
/// Processes get their parent by the end of whoever made them: the next subreaper above takes them over, else the init (kernel/exit.c,
/// find_new_reaper). So there is one subreaper at a time at most, and a count of all steps tells whose turn it is.
/// </summary>
/// <param name="Taker">The parent that they get; 0: the job's init.</param>
/// <param name="Middlemen">Who end.</param>
/// <param name="Start">At which count it begins.</param>
public sealed record SkeletonHandover(int Taker, IReadOnlyList<SkeletonMiddleman> Middlemen, int Start)
{
    /// <summary>The taker is ready from this count on: the middlemen may end.</summary>
    public int Open => Start + (Taker != 0 ? 1 : 0);

    /// <summary>All middlemen have ended.</summary>
    public int Closed => Open + Middlemen.Count;

    /// <summary>The taker is no subreaper any more.</summary>
    public int End => Closed + (Taker != 0 ? 1 : 0);
}
