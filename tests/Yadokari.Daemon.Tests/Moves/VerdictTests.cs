using Shouldly;
using Xunit;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Tests.Simulation;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Tests.Moves;

/// <summary>What a source decides after a restart, from its journal and from how its copy ended.</summary>
public sealed class VerdictTests : IDisposable
{
    private const int ExitedWithZero = 0;
    private const int Killed = 9;

    private readonly Scenario _scenario = new();

    [Theory]
    // The copy lives: it was not killed, whatever the journal says.
    [InlineData(MovePhase.Prepared, false, null, MoveVerdict.Abort)]
    [InlineData(MovePhase.Committed, false, null, MoveVerdict.Abort)]
    // It ended by itself while the daemon was down: the image is older than that end.
    [InlineData(MovePhase.Prepared, true, ExitedWithZero, MoveVerdict.Abort)]
    [InlineData(MovePhase.Committed, true, ExitedWithZero, MoveVerdict.Abort)]
    // Killed: by the daemon only after the commit was journaled.
    [InlineData(MovePhase.Prepared, true, Killed, MoveVerdict.Abort)]
    [InlineData(MovePhase.Committed, true, Killed, MoveVerdict.Commit)]
    // Gone without a word: the host went down, the target's image is all that is left.
    [InlineData(MovePhase.Frozen, true, null, MoveVerdict.Abort)]
    [InlineData(MovePhase.Sent, true, null, MoveVerdict.Abort)]
    [InlineData(MovePhase.Prepared, true, null, MoveVerdict.Commit)]
    [InlineData(MovePhase.Committed, true, null, MoveVerdict.Commit)]
    public void The_fate_of_the_copy_decides(MovePhase phase, bool dead, int? status, MoveVerdict expected)
    {
        SimHost a = _scenario.A;
        SimProcess copy = a.Processes.Single();
        JobRecord job = a.Disk.Jobs().Single() with { State = JobState.Moving };
        a.Disk.Save(job, new MoveRecord(MoveRole.Source, Samples.Offer, "B", "B", State(phase)), durable: true);
        if (dead)
        {
            copy.State = SimProcessState.Dead;
        }
        if (status is { } value)
        {
            a.End(copy, value);
        }

        SimDaemon daemon = SimDaemon.Start(a);

        daemon.Source.VerdictOf(Samples.Offer.MoveId).ShouldBe(expected);
        daemon.Jobs.TryGet(Scenario.Job)!.Record.State.ShouldBe(expected == MoveVerdict.Commit ? JobState.Moved : JobState.Running);
    }

    public void Dispose() => _scenario.Dispose();

    private static MoveState State(MovePhase phase) => phase switch
    {
        MovePhase.Frozen => new MoveState.Frozen(),
        MovePhase.Sent => new MoveState.Sent(SimEngine.ImageBytes),
        MovePhase.Prepared => new MoveState.Prepared(SimEngine.ImageBytes, null),
        _ => new MoveState.Committed(SimEngine.ImageBytes, null),
    };
}
