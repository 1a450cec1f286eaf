using Shouldly;
using Xunit;
using Yadokari.Rpc.State;

namespace Yadokari.Rpc.Tests.State;

/// <summary>Large state is copied while it is used, and nothing of it is lost.</summary>
public sealed class CopyAheadTests
{
    [Fact]
    public async Task Whatever_is_written_while_it_is_copied_arrives()
    {
        const int Writers = 4;
        const int Keys = 20_000;
        var from = new Ledger();
        for (int i = 0; i < Keys; i++)
        {
            from.Accounts[i] = new Account("owner", i, default);
        }

        using var stop = new CancellationTokenSource();
        int started = 0;
        Task[] writers = [.. Enumerable.Range(0, Writers).Select(w => Task.Run(() =>
        {
            var random = new Random(w);
            for (int n = 0; !stop.IsCancellationRequested; n++)
            {
                int key = random.Next(Keys + 1000);
                switch (random.Next(4))
                {
                    case 0:
                        from.Accounts.TryRemove(key, out _);
                        break;
                    case 1:
                        from.Accounts.AddOrUpdate(key, new Account("added", n, default), static (_, old) => old with { Balance = old.Balance + 1 });
                        break;
                    case 2:
                        from.Accounts.GetOrAdd(key, new Account("got", n, default));
                        break;
                    default:
                        from.Accounts[key] = new Account("set", n, default);
                        break;
                }

                if (n % 16 == 0 && from.Log.Count < 50_000)
                {
                    from.Log.Add($"{w}:{n}");
                    from.Log[random.Next(from.Log.Count)] = "set";
                }

                if (n == 100)
                {
                    Interlocked.Increment(ref started);
                }
            }
        }))];
        SpinWait.SpinUntil(() => Volatile.Read(ref started) == Writers, TimeSpan.FromMinutes(2)).ShouldBeTrue();

        byte[] ahead = Bytes.Ahead(from);
        byte[][] rounds = [Bytes.Round(from), Bytes.Round(from)];
        await stop.CancelAsync();
        await Task.WhenAll(writers);
        byte[] delta = Bytes.Delta(from);
        // The delta may be asked for again: a first attempt to send it may have failed.
        Bytes.Delta(from).ShouldBe(delta);
        ((ICarriedState)from).StopTracking();

        ICarriedState into = new Ledger();
        into.Restore(ahead, 1);
        foreach (byte[] round in rounds)
        {
            into.RestoreRound(round, 1);
        }

        into.RestoreDelta(delta, 1);

        var copy = (Ledger)into;
        copy.Accounts.Count.ShouldBe(from.Accounts.Count);
        copy.Accounts.Where(e => !from.Accounts.TryGetValue(e.Key, out Account? now) || now != e.Value).ShouldBeEmpty();
        copy.Log.ShouldBe(from.Log);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(200_000)]
    public void The_delta_is_as_large_as_the_changes_whatever_the_size(int entries)
    {
        var from = new Ledger();
        for (int i = 0; i < entries; i++)
        {
            from.Accounts[i] = new Account("owner", i, default);
            from.Log.Add("line");
        }

        Bytes.Ahead(from).Length.ShouldBeGreaterThan(entries * 20);
        for (int i = 0; i < 10; i++)
        {
            from.Accounts[i] = new Account("changed", i, default);
            from.Log[i] = "set";
            from.Log.Add("more");
        }

        Bytes.Delta(from).Length.ShouldBeInRange(400, 1200);
    }

    [Fact]
    public void A_list_that_is_shifted_after_it_was_copied_arrives()
    {
        var random = new Random(3);
        for (int round = 0; round < 200; round++)
        {
            var from = new Ledger();
            for (int i = 0; i < 50; i++)
            {
                from.Log.Add($"{i}");
            }

            byte[] ahead = Bytes.Ahead(from);
            for (int n = random.Next(20); n > 0; n--)
            {
                int at = random.Next(from.Log.Count);
                switch (random.Next(8))
                {
                    case 0:
                        from.Log.Insert(at, $"inserted {n}");
                        break;
                    case 1 or 2 when from.Log.Count > 1:
                        from.Log.RemoveAt(at);
                        break;
                    case 3 when n % 7 == 0:
                        from.Log.Clear();
                        from.Log.Add("new");
                        break;
                    case 4 or 5:
                        from.Log.Add($"added {n}");
                        break;
                    default:
                        from.Log[at] = $"set {n}";
                        break;
                }
            }

            ICarriedState into = new Ledger();
            into.Restore(ahead, 1);
            into.RestoreDelta(Bytes.Delta(from), 1);

            ((Ledger)into).Log.ShouldBe(from.Log);
        }
    }

    [Fact]
    public void A_move_that_is_given_up_leaves_nothing_behind()
    {
        var from = new Ledger();
        from.Accounts[1] = new Account("a", 1, default);
        Bytes.Ahead(from);
        from.Accounts[2] = new Account("b", 2, default);
        ((ICarriedState)from).StopTracking();
        from.Accounts[3] = new Account("c", 3, default);

        ICarriedState into = new Ledger();
        into.Restore(Bytes.Ahead(from), 1);
        into.RestoreDelta(Bytes.Delta(from), 1);

        ((Ledger)into).Accounts.Keys.Order().ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void All_at_once_is_the_same_as_ahead_and_delta()
    {
        var from = new Ledger { Calls = 4 };
        from.Accounts[1] = new Account("a", 1, default);
        from.Log.Add("line");
        var into = new Ledger();
        into.Accounts[9] = new Account("stale", 9, default);

        ((ICarriedState)into).Restore(Bytes.Saved(from), 1);

        into.Accounts.ShouldBe(from.Accounts);
        into.Log.ShouldBe(["line"]);
        into.Calls.ShouldBe(4);
    }

    [Fact]
    public void A_delta_without_what_it_belongs_to_is_refused_and_so_is_a_damaged_one()
    {
        var from = new Ledger();
        from.Accounts[1] = new Account("a", 1, default);
        byte[] ahead = Bytes.Ahead(from);
        byte[] delta = Bytes.Delta(from);
        delta[^6] ^= 1;
        ICarriedState into = new Ledger();

        Should.Throw<InvalidDataException>(() => into.RestoreDelta(Bytes.Delta(from), 1)).Message
            .ShouldBe("state 'ledger': member 'Accounts': has changes, and what they belong to did not come");
        Should.Throw<InvalidDataException>(() => into.Restore(Bytes.Delta(from), 1));
        into.Restore(ahead, 1);
        Should.Throw<InvalidDataException>(() => into.RestoreDelta(delta, 1)).Message.ShouldBe("state 'ledger': is damaged (checksum)");
        ((Ledger)into).Accounts.ShouldBeEmpty();
    }
}
