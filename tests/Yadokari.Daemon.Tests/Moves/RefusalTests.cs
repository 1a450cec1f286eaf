using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Tests.Simulation;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Tests.Moves;

/// <summary>A target says no before anything is touched, with every reason at once.</summary>
public sealed class RefusalTests : IDisposable
{
    private static readonly HostSelf Self = new("B", "instance-B", Uid: 0, "boot");
    private static readonly MoveOffer Again = Samples.Offer with { MoveId = new string('b', 32) };
    private static readonly (long, long) Plenty = (long.MaxValue, long.MaxValue);

    private readonly Scenario _scenario = new();

    public RefusalTests() => _scenario.Start();

    [Fact]
    public async Task Every_reason_is_given_at_once()
    {
        HostSelf self = new("B", "instance-A", Uid: 7, "boot") { Draining = true };
        MoveTarget target = Target(self, room: (10, 10), new FixedOracle(null));

        YadoException refusal = await Should.ThrowAsync<YadoException>(
            () => target.ReserveAsync(Samples.Offer with { ProtocolVersion = 99 }, CancellationToken.None));

        refusal.ExitStatus.ShouldBe(5);
        refusal.Obstacles.Select(o => o.Name).ShouldBe(
            ["protocol-version", "draining", "user", "same-host", "memory", "disk"], ignoreOrder: true);
    }

    /// <summary>Found by the offer, not when the image has come and the job stands still.</summary>
    [Theory]
    [InlineData("0.0.1+another")]
    [InlineData(null)]
    public async Task A_job_of_another_version_of_yado_is_refused_by_name(string? build)
    {
        MoveTarget target = Target(Self, Plenty, new FixedOracle(null));

        (await Should.ThrowAsync<YadoException>(() => target.ReserveAsync(Samples.Offer with { Build = build }, CancellationToken.None)))
            .Obstacles.ShouldHaveSingleItem().Name.ShouldBe("yado-version");
    }

    [Fact]
    public async Task A_job_that_can_not_have_its_limits_here_is_refused_by_name()
    {
        MoveTarget target = Target(Self, Plenty, new FixedOracle(null));

        (await Should.ThrowAsync<YadoException>(() => target.ReserveAsync(Samples.Offer with { Limits = new JobLimits(64 << 20) }, CancellationToken.None)))
            .Obstacles.ShouldHaveSingleItem().Name.ShouldBe("limits");
    }

    [Fact]
    public async Task A_job_that_is_on_its_way_is_not_taken_twice()
    {
        MoveTarget target = Target(Self, Plenty, new FixedOracle(MoveVerdict.Pending));
        await target.ReserveAsync(Samples.Offer, CancellationToken.None);

        (await Should.ThrowAsync<YadoException>(() => target.ReserveAsync(Again, CancellationToken.None)))
            .Obstacles.ShouldHaveSingleItem().Name.ShouldBe("duplicate");
        target.PhaseOf(Samples.Offer.MoveId).ShouldBe(MovePhase.Reserved);
    }

    [Fact]
    public async Task A_job_whose_earlier_move_was_given_up_is_taken_before_its_source_comes_to_say_so()
    {
        MoveTarget target = Target(Self, Plenty, new FixedOracle(MoveVerdict.Abort));
        await target.ReserveAsync(Samples.Offer, CancellationToken.None);

        (await target.ReserveAsync(Again, CancellationToken.None)).Phase.ShouldBe(MovePhase.Reserved);

        target.PhaseOf(Samples.Offer.MoveId).ShouldBe(MovePhase.Aborted);
        Directory.EnumerateFileSystemEntries(_scenario.B.Home.Jobs).Count().ShouldBe(1, "the directory is the new one's");
    }

    [Fact]
    public async Task A_job_whose_source_can_not_be_asked_is_on_its_way_still()
    {
        MoveTarget target = Target(Self, Plenty, new FixedOracle(null));
        await target.ReserveAsync(Samples.Offer, CancellationToken.None);

        (await Should.ThrowAsync<YadoException>(() => target.ReserveAsync(Again, CancellationToken.None)))
            .Obstacles.ShouldHaveSingleItem().Name.ShouldBe("duplicate");
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused()
    {
        MoveTarget target = _scenario.A.Daemon!.Target;

        YadoException refusal = await Should.ThrowAsync<YadoException>(
            () => target.ReserveAsync(Samples.Offer with { JobId = "other", SourceInstance = "instance-C" }, CancellationToken.None));

        refusal.Obstacles.ShouldHaveSingleItem().Detail.ShouldContain("work");
    }

    [Fact]
    public async Task An_old_epoch_of_a_job_that_is_here_is_refused()
    {
        MoveTarget target = _scenario.A.Daemon!.Target;

        (await Should.ThrowAsync<YadoException>(() => target.ReserveAsync(Samples.Offer with { SourceInstance = "instance-C" }, CancellationToken.None)))
            .Obstacles.ShouldContain(o => o.Name == "duplicate");
    }

    [Fact]
    public async Task An_unknown_move_is_neither_released_nor_feared()
    {
        MoveTarget target = _scenario.B.Daemon!.Target;

        (await Should.ThrowAsync<YadoException>(() => target.ReleaseAsync("nonsense", CancellationToken.None))).ExitStatus.ShouldBe(4);
        (await target.AbortAsync("nonsense")).Phase.ShouldBe(MovePhase.Aborted);
        _scenario.A.Daemon!.Source.VerdictOf("nonsense").ShouldBe(MoveVerdict.Abort);
    }

    [Fact]
    public async Task A_stream_that_stops_early_drops_the_move()
    {
        MoveTarget target = _scenario.B.Daemon!.Target;
        await target.ReserveAsync(Samples.Offer, CancellationToken.None);

        await Should.ThrowAsync<YadoException>(
            () => target.ReceiveAsync(Samples.Offer.MoveId, new MemoryStream([1, 2, 3]), CancellationToken.None));

        target.PhaseOf(Samples.Offer.MoveId).ShouldBe(MovePhase.Aborted);
        Directory.EnumerateFileSystemEntries(_scenario.B.Home.Images).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(_scenario.B.Home.Jobs).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(FrameKind.Image)]
    [InlineData(FrameKind.Output)]
    public async Task An_image_that_is_longer_than_agreed_ends_the_move(FrameKind kind)
    {
        MoveTarget target = _scenario.B.Daemon!.Target;
        await target.ReserveAsync(Samples.Offer, CancellationToken.None);
        // The offer tells 1000 bytes; what lies behind 1 GiB more than twice of that was not agreed on.
        byte[] frame = new byte[FrameHeader.Size + 1];
        new FrameHeader(kind, (1L << 30) + 2000, 1).Write(frame);

        (await Should.ThrowAsync<YadoException>(() => target.ReceiveAsync(Samples.Offer.MoveId, new MemoryStream(frame), CancellationToken.None)))
            .Message.ShouldContain("longer than");

        target.PhaseOf(Samples.Offer.MoveId).ShouldBe(MovePhase.Aborted);
        Directory.EnumerateFileSystemEntries(_scenario.B.Home.Images).ShouldBeEmpty();
    }

    [Fact]
    public async Task Finished_moves_leave_memory()
    {
        MoveTarget target = Target(Self, Plenty, new FixedOracle(MoveVerdict.Abort));
        const int many = 2500;
        string IdOf(int n) => n.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
        for (int n = 0; n < many; n++)
        {
            await target.ReserveAsync(Samples.Offer with { MoveId = IdOf(n) }, CancellationToken.None);
            await target.AbortAsync(IdOf(n));
        }

        Enumerable.Range(0, many).Count(n => target.PhaseOf(IdOf(n)) is not null).ShouldBeInRange(1000, 1101);
        target.PhaseOf(IdOf(many - 1)).ShouldBe(MovePhase.Aborted);
    }

    [Fact]
    public async Task A_job_is_not_released_before_it_is_prepared()
    {
        MoveTarget target = _scenario.B.Daemon!.Target;
        await target.ReserveAsync(Samples.Offer, CancellationToken.None);

        (await Should.ThrowAsync<YadoException>(() => target.ReleaseAsync(Samples.Offer.MoveId, CancellationToken.None))).ExitStatus.ShouldBe(4);

        _scenario.Running.ShouldNotBeNull();
    }

    public void Dispose() => _scenario.Dispose();

    private MoveTarget Target(HostSelf self, (long, long) room, IMoveOracle oracle)
    {
        SimDaemon daemon = _scenario.B.Daemon!;
        SimStore store = new(daemon);
        return new MoveTarget(
            new SimEngine(daemon), new SimProcessTable(daemon), new JobTable(store), store, _scenario.B.Home, self, oracle,
            _ => { }, RetryPace.Default, NullLogger<MoveTarget>.Instance)
        {
            Room = () => room,
        };
    }

    /// <summary>A source that says the same of every move; null: it is silent.</summary>
    private sealed class FixedOracle(MoveVerdict? verdict) : IMoveOracle
    {
        public Task<MoveStatus> AskAsync(MoveRecord move, CancellationToken cancellation) => verdict is { } said
            ? Task.FromResult(new MoveStatus(move.Id, MovePhase.Reserved, said))
            : throw new YadoException(YadoError.Failed, "nobody answers") { Unreachable = true };
    }
}
