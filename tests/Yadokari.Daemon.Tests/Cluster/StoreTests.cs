using Shouldly;
using Xunit;
using Yadokari.Daemon.Cluster;

namespace Yadokari.Daemon.Tests.Cluster;

/// <summary>What both stores must do; each is run through all of it.</summary>
public abstract class StoreTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly CancellationTokenSource _limit = new(Patience);

    /// <summary>Every call gives another client of the same store.</summary>
    protected abstract ICoordinationStore Open();

    protected CancellationToken Limit => _limit.Token;

    /// <summary>Keys of one test: all tests of a store share it.</summary>
    private readonly string _prefix = $"/test/{Guid.NewGuid():n}/";

    [Fact]
    public async Task A_key_is_claimed_once()
    {
        using ICoordinationStore store = Open();

        long? first = await store.CompareAndSetAsync(_prefix + "a", 0, "one", 0, Limit);
        long? second = await store.CompareAndSetAsync(_prefix + "a", 0, "two", 0, Limit);

        first.ShouldNotBeNull();
        second.ShouldBeNull();
        (await store.GetAsync(_prefix + "a", Limit)).ShouldBe(new StoreEntry(_prefix + "a", "one", first.Value));
        (await store.GetAsync(_prefix + "b", Limit)).ShouldBeNull();
    }

    [Fact]
    public async Task A_compare_and_set_with_an_old_revision_writes_nothing()
    {
        using ICoordinationStore store = Open();
        long first = (await store.CompareAndSetAsync(_prefix + "a", 0, "one", 0, Limit))!.Value;
        long second = (await store.CompareAndSetAsync(_prefix + "a", first, "two", 0, Limit))!.Value;

        (await store.CompareAndSetAsync(_prefix + "a", first, "late", 0, Limit)).ShouldBeNull();

        second.ShouldBeGreaterThan(first);
        (await store.GetAsync(_prefix + "a", Limit))!.Value.ShouldBe("two");
        (await store.CompareAndSetAsync(_prefix + "a", first, null, 0, Limit)).ShouldBeNull();
        (await store.CompareAndSetAsync(_prefix + "a", second, null, 0, Limit)).ShouldNotBeNull();
        (await store.GetAsync(_prefix + "a", Limit)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_twenty_who_want_a_key_one_gets_it()
    {
        ICoordinationStore[] stores = [.. Enumerable.Range(0, 4).Select(_ => Open())];

        long?[] results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => stores[i % 4].CompareAndSetAsync(_prefix + "a", 0, $"{i}", 0, Limit)));

        results.Count(r => r is not null).ShouldBe(1);
        int winner = Array.FindIndex(results, r => r is not null);
        (await stores[0].GetAsync(_prefix + "a", Limit))!.Value.ShouldBe($"{winner}");
        foreach (ICoordinationStore store in stores)
        {
            store.Dispose();
        }
    }

    [Fact]
    public async Task Keys_of_a_lease_go_when_it_is_not_kept_alive()
    {
        using ICoordinationStore store = Open();
        long lease = await store.GrantLeaseAsync(TimeSpan.FromSeconds(2), Limit);
        await store.CompareAndSetAsync(_prefix + "leased", 0, "here", lease, Limit);
        await store.CompareAndSetAsync(_prefix + "kept", 0, "here", 0, Limit);

        while (await store.GetAsync(_prefix + "leased", Limit) is not null)
        {
            await Task.Delay(50, Limit);
        }

        (await store.KeepAliveAsync(lease, Limit)).ShouldBeFalse();
        (await store.GetAsync(_prefix + "kept", Limit)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_lease_that_is_kept_alive_or_revoked_does_as_it_is_told()
    {
        using ICoordinationStore store = Open();
        long lease = await store.GrantLeaseAsync(TimeSpan.FromSeconds(60), Limit);
        await store.CompareAndSetAsync(_prefix + "a", 0, "here", lease, Limit);

        (await store.KeepAliveAsync(lease, Limit)).ShouldBeTrue();
        (await store.GetAsync(_prefix + "a", Limit)).ShouldNotBeNull();
        await store.RevokeLeaseAsync(lease, Limit);

        (await store.GetAsync(_prefix + "a", Limit)).ShouldBeNull();
        (await store.KeepAliveAsync(lease, Limit)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_list_holds_what_is_under_its_prefix_and_nothing_else()
    {
        using ICoordinationStore store = Open();
        long a = (await store.CompareAndSetAsync(_prefix + "x/a", 0, "ä", 0, Limit))!.Value;
        long b = (await store.CompareAndSetAsync(_prefix + "x/b", 0, "{\"b\":1}", 0, Limit))!.Value;
        await store.CompareAndSetAsync(_prefix + "y/c", 0, "c", 0, Limit);

        StoreSnapshot all = await store.ListAsync(_prefix + "x/", Limit);

        all.Entries.ShouldBe([new(_prefix + "x/a", "ä", a), new(_prefix + "x/b", "{\"b\":1}", b)]);
        all.Revision.ShouldBeGreaterThanOrEqualTo(b);
        (await store.ListAsync(_prefix + "z/", Limit)).Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_watch_sees_each_change_once_and_in_order_from_where_it_begins()
    {
        using ICoordinationStore store = Open();
        await store.CompareAndSetAsync(_prefix + "before", 0, "0", 0, Limit);
        StoreSnapshot seen = await store.ListAsync(_prefix, Limit);
        long one = (await store.CompareAndSetAsync(_prefix + "a", 0, "1", 0, Limit))!.Value;

        Task<List<StoreChange>> watched = TakeAsync(store, seen.Revision + 1, 4);
        await store.CompareAndSetAsync("/elsewhere/" + _prefix, 0, "x", 0, Limit);
        long two = (await store.CompareAndSetAsync(_prefix + "a", one, "2", 0, Limit))!.Value;
        long gone = (await store.CompareAndSetAsync(_prefix + "a", two, null, 0, Limit))!.Value;
        long lease = await store.GrantLeaseAsync(TimeSpan.FromSeconds(60), Limit);
        long three = (await store.CompareAndSetAsync(_prefix + "b", 0, "3", lease, Limit))!.Value;

        (await watched).ShouldBe([new(_prefix + "a", "1", one), new(_prefix + "a", "2", two), new(_prefix + "a", null, gone), new(_prefix + "b", "3", three)]);
        Task<List<StoreChange>> later = TakeAsync(store, three + 1, 1);
        await store.RevokeLeaseAsync(lease, Limit);
        (await later).Single().ShouldSatisfyAllConditions(c => c.Key.ShouldBe(_prefix + "b"), c => c.Value.ShouldBeNull());
    }

    public void Dispose()
    {
        _limit.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task<List<StoreChange>> TakeAsync(ICoordinationStore store, long from, int count)
    {
        List<StoreChange> changes = [];
        await foreach (StoreChange change in store.WatchAsync(_prefix, from, Limit))
        {
            changes.Add(change);
            if (changes.Count == count)
            {
                break;
            }
        }
        return changes;
    }
}
