using Shouldly;
using Xunit;

namespace Yadokari.Rpc.Generator.Tests;

/// <summary>Two versions of one program hand state to each other.</summary>
public sealed class VersionTests
{
    [Fact]
    public void An_added_member_keeps_its_default_and_a_removed_one_is_left_out()
    {
        object old = State("[Carried] public int A = 1; [Carried] public List<int>? Gone;");
        Compiled.Set(old, "A", 5);
        Compiled.Set(old, "Gone", new List<int> { 1, 2 });
        object now = State("[Carried] public int A = 2; [Carried] public string New = \"default\";");

        Compiled.Carry(old, now);

        Compiled.Get<int>(now, "A").ShouldBe(5);
        Compiled.Get<string>(now, "New").ShouldBe("default");
        Compiled.Carry(now, old);
        Compiled.Get<List<int>>(old, "Gone").ShouldBe([1, 2]);
    }

    [Fact]
    public void A_renamed_member_is_understood_in_both_directions()
    {
        object old = State("[Carried] public int Hits = 5;");
        object now = State("[Carried, CarriedAs(\"Hits\")] public int Lookups;");

        Compiled.Carry(old, now);
        Compiled.Get<int>(now, "Lookups").ShouldBe(5);
        Compiled.Set(now, "Lookups", 6);
        Compiled.Carry(now, old);

        Compiled.Get<int>(old, "Hits").ShouldBe(6);
    }

    [Fact]
    public void A_wider_number_takes_a_narrower_one_and_a_narrower_one_only_what_fits()
    {
        object narrow = State("[Carried] public int A = 5; [Carried] public float B = 1.5f;");
        object wide = State("[Carried] public long A; [Carried] public double B;");

        Compiled.Carry(narrow, wide);
        Compiled.Get<long>(wide, "A").ShouldBe(5);
        Compiled.Get<double>(wide, "B").ShouldBe(1.5);
        Compiled.Set(wide, "A", 1L << 40);

        Should.Throw<InvalidDataException>(() => Compiled.Carry(wide, narrow)).Message.ShouldBe("state 'S': S.A: 1099511627776 is out of range");
    }

    [Theory]
    [InlineData("[Carried] public string? A;", "state 'S': S.A: is a whole number, and this version expects text")]
    [InlineData("[Carried] public List<int>? A;", "state 'S': S.A: is a whole number, and this version expects an object")]
    [InlineData("[Carried(Required = true)] public int B;", "state 'S': S.B: is required and is not in the state")]
    public void A_member_that_does_not_fit_is_told_and_nothing_is_changed(string members, string message)
    {
        object now = State("[Carried] public int Before = 7; " + members);

        Should.Throw<InvalidDataException>(() => Compiled.Carry(State("[Carried] public int Before = 1; [Carried] public int A = 1;"), now))
            .Message.ShouldBe(message);
        Compiled.Get<int>(now, "Before").ShouldBe(7);
    }

    [Fact]
    public void A_class_may_refuse_unknown_members()
    {
        object now = Compiled.From("[CarriedState(Unknown = UnknownMembers.Refuse)] public sealed partial class S { [Carried] public int A; }").New("S");

        Should.Throw<InvalidDataException>(() => Compiled.Carry(State("[Carried] public int A; [Carried] public int B;"), now)).Message
            .ShouldBe("state 'S': S.B: this version has no such member, and its class refuses unknown members");
    }

    [Fact]
    public void State_of_a_higher_version_is_refused()
    {
        object newer = Compiled.From("[CarriedState(Version = 2)] public sealed partial class S { [Carried] public int A; }").New("S");

        Should.Throw<InvalidDataException>(() => Compiled.Carry(newer, State("[Carried] public int A;"))).Message
            .ShouldBe("state 'S': is version 2, and this program knows 1");
    }

    [Fact]
    public void An_upgrade_reads_old_members_and_gives_new_ones_their_values()
    {
        object old = State("[Carried] public string Name = \"Ada Lovelace\"; [Carried] public List<int> Years = [1815, 1852]; [Carried] public string Kept = \"text\";");
        object now = Compiled.From("""
            [CarriedState(Version = 2)]
            public sealed partial class S
            {
                [Carried] public string First = "", Last = "";
                [Carried] public int Age;
                [Carried] public int Kept;
                [CarriedUpgrade]
                private static void Upgrade(CarriedUpgrade old)
                {
                    if (old.TryRead("Name", Codecs.Text, out string? name)) { old.Set(nameof(First), name.Split(' ')[0]); old.Set(nameof(Last), name.Split(' ')[1]); }
                    if (old.TryRead("Years", Codecs.List(Codecs.Int32), out var years)) old.Set(nameof(Age), years[1] - years[0]);
                    old.Set(nameof(Kept), old.Version);
                }
            }
            """).New("S");

        Compiled.Carry(old, now);

        Compiled.Get<string>(now, "First").ShouldBe("Ada");
        Compiled.Get<string>(now, "Last").ShouldBe("Lovelace");
        Compiled.Get<int>(now, "Age").ShouldBe(37);
        Compiled.Get<int>(now, "Kept").ShouldBe(1);
    }

    [Fact]
    public void An_upgrade_or_constructor_that_fails_leaves_everything_as_it_was()
    {
        object now = Compiled.From("""
            [CarriedState(Version = 2)]
            public sealed partial class S
            {
                [Carried] public int A = 7;
                [CarriedUpgrade] private static void Upgrade(CarriedUpgrade old) => throw new InvalidOperationException("no way");
            }
            """).New("S");

        Should.Throw<InvalidDataException>(() => Compiled.Carry(State("[Carried] public int A = 1;"), now)).Message
            .ShouldBe("state 'S': can't be restored: no way");
        Compiled.Get<int>(now, "A").ShouldBe(7);
    }

    [Fact]
    public void State_over_its_bound_is_neither_written_nor_read()
    {
        const string Bounded = "[CarriedState(MaxBytes = 1000)] public sealed partial class S { [Carried] public byte[] A = []; }";
        object from = Compiled.From(Bounded).New("S");
        Compiled.Set(from, "A", new byte[2000]);

        Should.Throw<InvalidDataException>(() => Compiled.Save(from)).Message.ShouldStartWith("state 'S': is over its bound of 1000 bytes");

        object large = State("[Carried] public byte[] A = new byte[2000];");
        Should.Throw<InvalidDataException>(() => Compiled.Carry(large, from)).Message.ShouldContain("and its bound is 1000");
    }

    [Fact]
    public void An_object_made_by_its_constructor_inside_itself_is_refused_not_looped()
    {
        object from = Compiled.From("public sealed class N { public N? Next { get; set; } } public sealed partial class S { [Carried] public N? A; public S Tie() { A = new(); A.Next = A; return this; } }").New("S");
        from.GetType().GetMethod("Tie")!.Invoke(from, null);
        object into = Compiled.From("public sealed record N(N? Next, int X); public sealed partial class S { [Carried] public N? A; }").New("S");

        Should.Throw<InvalidDataException>(() => Compiled.Carry(from, into)).Message.ShouldContain("a cycle of objects that are made by their constructor (N)");
    }

    private static object State(string members) => Compiled.From($"public sealed partial class S {{ {members} }}").New("S");
}
