namespace Yadokari.Engine.Restore;

/// <summary>A process of the moment, that makes others in the session of its maker and hands them on by its end.</summary>
/// <param name="Maker">The leader of their session, living or made once more: it makes it, and waits for its end.</param>
/// <param name="Members">Whom it makes.</param>
public sealed record SkeletonMiddleman(int Maker, IReadOnlyList<int> Members);
