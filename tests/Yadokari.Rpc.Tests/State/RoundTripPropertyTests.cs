using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using Yadokari.Rpc.State;

namespace Yadokari.Rpc.Tests.State;

/// <summary>Reader ∘ writer = identity, and whatever the bytes are, restoring ends in the state or in one clear line.</summary>
public sealed class RoundTripPropertyTests
{
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(200).WithEndSize(60);

    private static Gen<Account?> Accounts =>
        from owner in ArbMap.Default.GeneratorFor<string>()
        from balance in ArbMap.Default.GeneratorFor<decimal>()
        from since in ArbMap.Default.GeneratorFor<DateTime>()
        from none in ArbMap.Default.GeneratorFor<bool>()
        select none ? null : new Account(owner, balance, since);

    private static Gen<Bank> Banks =>
        from accounts in Gen.ListOf(Accounts)
        from title in ArbMap.Default.GeneratorFor<string>()
        from rates in ArbMap.Default.GeneratorFor<double[]>()
        from calls in ArbMap.Default.GeneratorFor<long>()
        select Make([.. accounts], title, rates, calls);

    [Fact]
    public void What_is_saved_is_what_is_restored()
    {
        Check.One(Config, Prop.ForAll(Banks.ToArbitrary(), static bank =>
        {
            Bank into = Make([new Account("old", 1, default)], "old", [1], 1);

            ((ICarriedState)into).Restore(Bytes.Saved(bank), 3);

            Same(into, bank).ShouldBeTrue();
            // Shared objects are shared again.
            (into.Best is null || into.Order.Exists(a => ReferenceEquals(a, into.Best))).ShouldBeTrue();
            Bytes.Saved(into).ShouldBe(Bytes.Saved(bank));
        }));
    }

    [Fact]
    public void Random_bytes_are_refused_in_one_line_and_change_nothing()
    {
        Check.One(Config, Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), static bytes =>
        {
            Bank into = Make([], "untouched", [], 5);

            Should.Throw<InvalidDataException>(() => ((ICarriedState)into).Restore(bytes, 3)).Message.ShouldStartWith("state 'bank': ");
            into.Title.ShouldBe("untouched");
        }));
    }

    [Fact]
    public void A_damaged_byte_is_noticed()
    {
        byte[] saved = Bytes.Saved(Make([new Account("a", 1, default)], "t", [1, 2], 3));
        for (int i = 0; i < saved.Length; i++)
        {
            byte[] damaged = [.. saved];
            damaged[i] ^= 0x10;
            Bank into = Make([], "untouched", [], 5);

            Should.Throw<InvalidDataException>(() => ((ICarriedState)into).Restore(damaged, 3));
            into.Title.ShouldBe("untouched");
        }
    }

    [Fact]
    public void Damage_behind_a_right_checksum_ends_in_state_or_in_one_line()
    {
        byte[] saved = Bytes.Saved(Make([new Account("a", 1, default), null, new Account("b", 2, default)], "title", [1, double.NaN], 3));
        var damage = from at in Gen.Choose(6, saved.Length - 5)
                     from value in Gen.Choose(0, 255)
                     from cut in Gen.Choose(0, 8)
                     select (at, (byte)value, cut);
        Check.One(Config.WithMaxTest(4000), Prop.ForAll(damage.ToArbitrary(), change =>
        {
            (int at, byte value, int cut) = change;
            // Once in eight something is missing in the middle.
            byte[] damaged = cut == 0 ? [.. saved[..at], .. saved[(at + 1)..]] : [.. saved];
            damaged[Math.Min(at, damaged.Length - 5)] = value;
            Bank into = Make([new Account("kept", 1, default)], "untouched", [], 5);
            Account? kept = into.Order[0];
            try
            {
                ((ICarriedState)into).Restore(Bytes.WithChecksum(damaged), 3);
            }
            catch (InvalidDataException e)
            {
                e.Message.ShouldStartWith("state 'bank': ");
                e.Message.ShouldNotContain('\n');
                into.Title.ShouldBe("untouched");
                into.Order.ShouldBe([kept]);
                into.Calls.ShouldBe(5);
            }
        }));
    }

    [Fact]
    public void A_promise_of_more_items_than_bytes_allocates_nothing()
    {
        // names: none; root: a list of 2^31 - 1 items; the rest is missing.
        byte[] image = [0, 11, 0xFF, 0xFF, 0xFF, 0xFF, 0x07];
        byte[] message = [.. "YDKS"u8, 1, 1, 1, 0, 0, (byte)image.Length, 0, 0, 0, .. image, 0, 0, 0, 0, 0];
        long before = GC.GetAllocatedBytesForCurrentThread();

        Should.Throw<InvalidDataException>(() => ((ICarriedState)new Bank()).Restore(Bytes.WithChecksum(message), 3))
            .Message.ShouldContain("promises 2147483647 items");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
    }

    private static Bank Make(Account?[] accounts, string? title, double[] rates, long calls)
    {
        var bank = new Bank { Title = title, Rates = rates, Calls = calls, Best = accounts.FirstOrDefault(static a => a is not null) };
        bank.Order.AddRange(accounts);
        foreach (Account one in accounts.OfType<Account>())
        {
            bank.ByOwner[one.Owner ?? ""] = one;
        }

        return bank;
    }

    private static bool Same(Bank a, Bank b) =>
        a.Title == b.Title && a.Calls == b.Calls && a.Best == b.Best
        && a.Rates.Select(BitConverter.DoubleToInt64Bits).SequenceEqual(b.Rates.Select(BitConverter.DoubleToInt64Bits))
        && a.Order.SequenceEqual(b.Order) && a.Order.Zip(b.Order).All(static p => p.First?.Since.Kind == p.Second?.Since.Kind)
        && a.ByOwner.Count == b.ByOwner.Count && a.ByOwner.All(e => b.ByOwner[e.Key] == e.Value);
}
