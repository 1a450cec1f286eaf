namespace Yadokari.Engine.Restore;

/// <summary>A process that had ended and was waited for, and whose number a session or group still has: it is made for the moment in
/// which the others join.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Maker">The process of the job that makes it, and waits for its end.</param>
/// <param name="LeadsSession">It leads a session, not only a group.</param>
public sealed record SkeletonLeader(int Pid, int Maker, bool LeadsSession);
