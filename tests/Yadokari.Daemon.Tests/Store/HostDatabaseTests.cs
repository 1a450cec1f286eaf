using Shouldly;
using Xunit;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Store;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Tests.Store;

public sealed class HostDatabaseTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("yado-db-").FullName;

    private string DatabasePath => Path.Combine(_directory, "yadokari.db");

    public static JobRecord SampleJob { get; } = new()
    {
        Id = "abc123",
        Name = "work",
        State = JobState.Ended,
        Arguments = ["sh", "-c", "echo 'ü' \"q\""],
        Uid = 1000,
        Started = new DateTimeOffset(2026, 5, 1, 12, 0, 0, 123, TimeSpan.FromHours(2)),
        Epoch = 3,
        Streams = JobStreams.Inherit,
        Shell = new ProcessIdentity(10, ulong.MaxValue, "boot"),
        Main = new ProcessIdentity(11, 2, "boot"),
        Ended = DateTimeOffset.UnixEpoch,
        WaitStatus = 0x0b00,
        Limits = new JobLimits(1L << 40, 0.5),
        Groups = ["/sys/fs/cgroup/yado-a-abc123-3"],
        LogSize = 10 << 20,
        MovedTo = "b",
        MovedToAddress = "127.0.0.1:1991",
        Note = "note",
    };

    public static TheoryData<string> States => [.. SampleStates.Select(s => s.Phase.ToString())];

    private static MoveState[] SampleStates { get; } =
    [
        new MoveState.Reserved(),
        new MoveState.Copying(7),
        new MoveState.Frozen(),
        new MoveState.Sent(1L << 40),
        new MoveState.Prepared(4096, new HeldFacts(new ProcessIdentity(1, 2, "b"), new ProcessIdentity(3, 4, "b"))),
        new MoveState.Committed(4096, null),
        new MoveState.Released(),
        new MoveState.Aborted("why \"so\""),
    ];

    [Theory]
    [MemberData(nameof(States))]
    public void Every_state_of_a_move_is_read_as_it_was_written(string phase)
    {
        MoveRecord move = SampleMove(SampleStates.Single(s => s.Phase.ToString() == phase));
        using (HostDatabase database = HostDatabase.Open(DatabasePath))
        {
            database.Save(null, move, durable: true);
        }
        using HostDatabase again = HostDatabase.Open(DatabasePath);

        // A record with a list compares it by reference.
        MoveRecord read = again.LoadMoves().ShouldHaveSingleItem();
        read.Offer.Arguments.ShouldBe(move.Offer.Arguments);
        (read with { Offer = move.Offer }).ShouldBe(move);
        (read.Offer with { Arguments = move.Offer.Arguments }).ShouldBe(move.Offer);
    }

    [Fact]
    public void A_job_is_read_as_it_was_written()
    {
        using (HostDatabase database = HostDatabase.Open(DatabasePath))
        {
            database.Save(SampleJob, null, durable: false);
        }
        using HostDatabase again = HostDatabase.Open(DatabasePath);

        JobRecord read = again.LoadJobs().ShouldHaveSingleItem();
        read.Arguments.ShouldBe(SampleJob.Arguments);
        read.Checkpoints.ShouldBe(SampleJob.Checkpoints);
        read.Groups.ShouldBe(SampleJob.Groups);
        (read with { Arguments = SampleJob.Arguments, Groups = SampleJob.Groups, Checkpoints = SampleJob.Checkpoints }).ShouldBe(SampleJob);
    }

    [Fact]
    public void The_last_state_wins_and_source_and_target_are_apart()
    {
        using HostDatabase database = HostDatabase.Open(DatabasePath);
        MoveRecord source = SampleMove(new MoveState.Reserved());
        database.Save(null, source, durable: true);
        database.Save(null, source with { Role = MoveRole.Target }, durable: false);
        database.Save(SampleJob, source with { State = new MoveState.Committed(1, null) }, durable: true);

        database.LoadMoves().Select(m => (m.Role, m.State.Phase)).ShouldBe(
            [(MoveRole.Source, MovePhase.Committed), (MoveRole.Target, MovePhase.Reserved)], ignoreOrder: true);
        database.LoadJobs().Count.ShouldBe(1);
    }

    [Fact]
    public void What_is_no_database_is_refused_with_one_line()
    {
        File.WriteAllText(DatabasePath, "this is a text that is long enough to be no SQLite header at all, whatever it says");

        StoreException failure = Should.Throw<StoreException>(() => HostDatabase.Open(DatabasePath));

        failure.Message.ShouldContain(DatabasePath);
        failure.Message.ShouldNotContain("\n");
    }

    /// <summary>A power failure leaves any beginning of the write-ahead log, or one whose last page is half old, half new.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_write_that_was_cut_in_the_middle_never_was(bool torn)
    {
        const int writes = 12;
        string copy = Path.Combine(_directory, "copy.db");
        using HostDatabase database = HostDatabase.Open(DatabasePath);
        List<long> whole = [];
        for (int epoch = 1; epoch <= writes; epoch++)
        {
            database.Save(SampleJob with { Epoch = epoch }, SampleMove(new MoveState.Copying(epoch)), durable: true);
            whole.Add(new FileInfo(DatabasePath + "-wal").Length);
        }

        byte[] log = ReadShared(DatabasePath + "-wal");
        for (int write = 1; write < writes; write++)
        {
            // Anywhere within the write that comes next.
            long cut = whole[write - 1] + ((whole[write] - whole[write - 1]) * write / writes);
            File.WriteAllBytes(copy, ReadShared(DatabasePath));
            File.WriteAllBytes(copy + "-wal", [.. log.AsSpan(0, (int)cut), .. torn ? new byte[whole[write] - cut] : []]);
            File.Delete(copy + "-shm");

            using HostDatabase found = HostDatabase.Open(copy);

            found.LoadJobs().ShouldHaveSingleItem().Epoch.ShouldBe(write);
            found.LoadMoves().ShouldHaveSingleItem().State.ShouldBe(new MoveState.Copying(write));
            found.Save(SampleJob with { Epoch = 100 }, null, durable: true);
            found.LoadJobs().ShouldHaveSingleItem().Epoch.ShouldBe(100);
        }
    }

    [Fact]
    public void A_database_that_was_cut_is_refused_with_one_line_that_says_what_to_do()
    {
        using (HostDatabase database = HostDatabase.Open(DatabasePath))
        {
            database.Save(SampleJob, null, durable: true);
        }
        using (FileStream file = new(DatabasePath, FileMode.Open))
        {
            file.SetLength(file.Length / 2);
        }

        StoreException failure = Should.Throw<StoreException>(() =>
        {
            using HostDatabase database = HostDatabase.Open(DatabasePath);
            database.LoadJobs();
        });

        failure.Message.ShouldContain(DatabasePath);
        failure.Message.ShouldContain("move it away");
        failure.Message.ShouldNotContain("\n");
    }

    [Fact]
    public void A_drawn_value_stays()
    {
        string first;
        using (HostDatabase database = HostDatabase.Open(DatabasePath))
        {
            first = database.GetOrAdd("instance", () => "one");
        }
        using HostDatabase again = HostDatabase.Open(DatabasePath);

        again.GetOrAdd("instance", () => "two").ShouldBe(first);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static byte[] ReadShared(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static MoveRecord SampleMove(MoveState state) => new(MoveRole.Source, Samples.Offer, "b", "127.0.0.1:1991", state);
}
