using Shouldly;
using Xunit;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Tests.Moves;

public class MovableBookTests
{
    [Fact]
    public async Task What_was_seen_is_told_and_not_looked_at_again_at_once()
    {
        int looks = 0;
        MovableBook book = new(
            _ =>
            {
                Interlocked.Increment(ref looks);
                return [new ObstacleInfo("device", "it has one")];
            },
            TimeProvider.System);
        JobRecord job = Job("a");
        book.Of(job).ShouldBeNull();

        await AskUntilKnownAsync(book, job);
        await book.AskAsync([job]);
        await book.AskAsync([job]);

        book.Of(job)!.Single().Name.ShouldBe("device");
        looks.ShouldBe(1);
        // On another host, or begun anew, it is another process.
        book.Of(job with { Epoch = 2 }).ShouldBeNull();
    }

    [Fact]
    public async Task Nobody_waits_for_a_look_that_takes_long()
    {
        using ManualResetEventSlim answer = new();
        int looking = 0;
        MovableBook book = new(
            _ =>
            {
                Interlocked.Increment(ref looking).ShouldBe(1);
                answer.Wait();
                Interlocked.Decrement(ref looking);
                return [];
            },
            TimeProvider.System);
        JobRecord job = Job("a");
        JobRecord other = Job("b");

        await book.AskAsync([job]);
        await book.AskAsync([job, other]);

        book.Of(job).ShouldBeNull();
        answer.Set();
        await AskUntilKnownAsync(book, job);
        await AskUntilKnownAsync(book, other);
        book.Of(other).ShouldBe([]);
    }

    [Fact]
    public async Task A_job_that_is_gone_is_forgotten()
    {
        MovableBook book = new(_ => [], TimeProvider.System);
        JobRecord job = Job("a");
        await AskUntilKnownAsync(book, job);

        await book.AskAsync([]);

        book.Of(job).ShouldBeNull();
    }

    private static async Task AskUntilKnownAsync(MovableBook book, JobRecord job)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        while (book.Of(job) is null)
        {
            limit.Token.ThrowIfCancellationRequested();
            await book.AskAsync([job]);
        }
    }

    private static JobRecord Job(string id) => new()
    {
        Id = id,
        Name = id,
        State = JobState.Running,
        Arguments = [id],
        Uid = 0,
        Started = default,
        Epoch = 1,
        Streams = JobStreams.Log,
        Shell = new ProcessIdentity(10, 1, "boot"),
        Main = new ProcessIdentity(11, 1, "boot"),
    };
}
