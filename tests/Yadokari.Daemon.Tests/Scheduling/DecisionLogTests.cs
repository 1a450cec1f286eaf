using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Scheduling;
using Yadokari.Protocol.Scheduling;
using Yadokari.Scheduling;
using Yadokari.Scheduling.Records;

namespace Yadokari.Daemon.Tests.Scheduling;

/// <summary>The log of rounds.</summary>
public sealed class DecisionLogTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("yado-log-").FullName;

    [Theory]
    [InlineData("random")]
    [InlineData("threshold")]
    [InlineData("symmetric")]
    [InlineData("age")]
    [InlineData("two")]
    public void A_logged_round_is_decided_the_same_way_again(string policy)
    {
        DecisionLog log = Open(DecisionLog.UsualSize);
        for (int round = 1; round <= 20; round++)
        {
            log.Write(Round(round, policy));
        }

        DecisionRecord[] read = Read(log.File);

        read.Length.ShouldBe(20);
        read.Sum(r => r.Plan.Moves.Count).ShouldBeGreaterThan(0);
        read.ShouldAllBe(r => Replay.Of(r, PolicyMaker.Make(new ChoosePolicy(r.Policy, r.Settings, 0)).Policy).IsSame);
        Replay.Of(read[0], PolicyMaker.Make(new ChoosePolicy("none", new Dictionary<string, string>(), 0)).Policy).IsSame.ShouldBeFalse();
    }

    [Fact]
    public void It_stays_within_two_files_of_its_size_and_keeps_the_newest_rounds()
    {
        const long most = 100_000;
        DecisionLog log = Open(most);
        for (int round = 1; round <= 200; round++)
        {
            log.Write(Round(round, "age"));
        }

        Directory.GetFiles(_directory).Length.ShouldBe(2);
        Directory.GetFiles(_directory).ShouldAllBe(f => new FileInfo(f).Length <= most);
        Read(log.File)[^1].Round.ShouldBe(200);
        (Read(log.File + ".old")[^1].Round + 1).ShouldBe(Read(log.File)[0].Round);
    }

    [Fact]
    public void A_log_that_cannot_be_written_stops_nothing() =>
        new DecisionLog(Path.Combine(_directory, "no", "such", "directory"), 1000, NullLogger<DecisionLog>.Instance).Write(Round(1, "age"));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private DecisionLog Open(long most) => new(Path.Combine(_directory, "decisions.jsonl"), most, NullLogger<DecisionLog>.Instance);

    private static DecisionRecord[] Read(string file) =>
        [.. File.ReadLines(file).Select(l => JsonSerializer.Deserialize(l, SchedulingJson.Default.DecisionRecord)!)];

    private static DecisionRecord Round(int round, string policy)
    {
        ClusterView view = new()
        {
            Now = 1.1 * round,
            Seed = (ulong)round * 1_234_567_891_234,
            Hosts = [.. Enumerable.Range(0, 4).Select(h => new HostView { Name = $"h{h}", Cpus = 1, RunQueue = h == 0 ? 6 : 0, MemoryAvailable = 1 << 30 })],
            Jobs = [.. Enumerable.Range(0, 6).Select(j => new JobView { Id = $"j{j}", Host = "h0", CpuSeconds = (j + round) / 3.0 })],
        };
        return new DecisionRecord
        {
            Scheduler = "h0",
            Round = round,
            Policy = policy,
            Settings = new Dictionary<string, string>(),
            View = view,
            Plan = PolicyMaker.Make(new ChoosePolicy(policy, new Dictionary<string, string>(), 0)).Policy.Decide(view),
            Refused = [],
        };
    }
}
