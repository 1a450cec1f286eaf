using Shouldly;
using Xunit;

namespace Yadokari.Rpc.Generator.Tests;

/// <summary>What the generator writes, compiled and run: state goes through and comes back the same.</summary>
public sealed class RoundTripTests
{
    // In the programs: Test.Carry(a, b) saves a and restores it into b.
    private const string Carry = """

        public static partial class Test
        {
            public static T Carry<T>(T from, T into) where T : ICarriedState
            {
                var bytes = new System.Buffers.ArrayBufferWriter<byte>();
                from.Save(bytes);
                into.Restore(bytes.WrittenMemory, from.Version);
                return into;
            }
        }
        """;

    [Fact]
    public void Private_fields_and_properties_of_every_simple_type_come_back()
    {
        Run("""
            public enum Color : byte { Red, Green = 200 }
            public sealed partial class S
            {
                [Carried] private int _a = 1;
                [Carried] internal string? B { get; private set; }
                [Carried] public decimal C;
                [Carried] public Guid D;
                [Carried] public DateTimeOffset E;
                [Carried] public DateTime F;
                [Carried] public Color G;
                [Carried] public int? H;
                [Carried] public int? I = 7;
                [Carried] public ulong J;
                [Carried] public char K;
                [Carried] public double L;
                [Carried] public byte[]? M;
                [Carried] public System.Numerics.BigInteger N;
                [Carried] public TimeSpan O;
                [Carried] public DateOnly P;
                [Carried] public Uri? Q;
                [Carried] public UInt128 R;
                [Carried] public Half T;
                [Carried] public (int A, string B) U;
                [Carried] public KeyValuePair<string, int> V;
                [Carried] public System.Text.Json.JsonElement W;
                public static S Full() => new()
                {
                    _a = -5, B = "\ud800 lone", C = 1.50m, D = Guid.NewGuid(), E = new(2020, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)), F = new(5, DateTimeKind.Utc),
                    G = Color.Green, H = 3, I = null, J = ulong.MaxValue, K = 'x', L = double.NaN, M = [1, 2], N = System.Numerics.BigInteger.Pow(7, 99),
                    O = TimeSpan.MinValue, P = DateOnly.MaxValue, Q = new("/a b", UriKind.Relative), R = UInt128.MaxValue, T = Half.Epsilon, U = (1, "u"),
                    V = new("k", 9), W = System.Text.Json.JsonDocument.Parse("{\"x\":[1,2]}").RootElement,
                };
                public string Show() => string.Join("|", _a, B, C, D, E.ToString("o"), F.Ticks, F.Kind, G, H, I, J, K, BitConverter.DoubleToInt64Bits(L),
                    string.Join(",", M ?? []), N, O, P, Q, R, T, U, V, W.ValueKind == default ? "" : W.GetRawText());
            }
            public static partial class Test
            {
                public static string Run() { var full = S.Full(); var back = Carry(full, new S()); return full.Show() == back.Show() ? "same" : full.Show() + "\n" + back.Show(); }
            }
            """).ShouldBe("same");
    }

    [Fact]
    public void Collections_come_back_with_their_order_and_comparer()
    {
        Run("""
            using System.Collections.Concurrent; using System.Collections.Immutable; using System.Collections.Frozen;
            public sealed partial class S
            {
                [Carried] public List<int> List = [];
                [Carried] public int[][] Jagged = [];
                [Carried] private readonly Dictionary<string, List<int>> _map = new(StringComparer.OrdinalIgnoreCase);
                [Carried] public HashSet<string> Set = new(StringComparer.OrdinalIgnoreCase);
                [Carried] public SortedDictionary<int, string> Sorted = new(Comparer<int>.Create((a, b) => b - a));
                [Carried] public Stack<int> Stack { get; } = new();
                [Carried] public Queue<string> Queue = new();
                [Carried] public LinkedList<int> Linked = new();
                [Carried] public ConcurrentDictionary<int, int> Concurrent = new();
                [Carried] public ConcurrentStack<int> ConcurrentStack = new();
                [Carried] public ImmutableDictionary<string, int> Immutable = ImmutableDictionary<string, int>.Empty;
                [Carried] public ImmutableArray<int> Array;
                [Carried] public ImmutableStack<int> ImmutableStack = ImmutableStack<int>.Empty;
                [Carried] public FrozenSet<string> Frozen = FrozenSet<string>.Empty;
                [Carried] public PriorityQueue<string, int> Priority = new();
                [Carried] public IReadOnlyList<int> Any = [];
                [Carried] public IDictionary<string, int> AnyMap = new Dictionary<string, int>();
                [Carried] public IEnumerable<byte> Bytes = new byte[0];
                public S Filled()
                {
                    List.AddRange([3, 1, 2]); Jagged = [[1], [], [2, 3]]; _map["A"] = List; Set.Add("Word"); Stack.Push(1); Stack.Push(2);
                    Queue.Enqueue("q1"); Queue.Enqueue("q2"); Linked.AddLast(4); Linked.AddFirst(5); Concurrent[1] = 2; ConcurrentStack.PushRange([1, 2, 3]);
                    Immutable = ImmutableDictionary.Create<string, int>(StringComparer.OrdinalIgnoreCase).Add("K", 1); Array = [1, 2];
                    ImmutableStack = ImmutableStack.Push(1).Push(2); Frozen = new[] { "f" }.ToFrozenSet(); Any = [7, 8]; AnyMap = new SortedDictionary<string, int> { ["z"] = 1, ["a"] = 2 };
                    Bytes = new byte[] { 9 };
                    foreach (int i in new[] { 5, 1, 3, 1, 5 }) Priority.Enqueue("p" + Priority.Count, i);
                    return this;
                }
                public string Show()
                {
                    string text = string.Join("|", string.Join(",", List), Jagged.Length + ":" + Jagged.LastOrDefault()?.Length, _map.ContainsKey("a"), ReferenceEquals(_map.GetValueOrDefault("a"), List),
                        Set.Contains("WORD"), string.Join(",", Stack), string.Join(",", Queue), string.Join(",", Linked), string.Join(",", Concurrent), string.Join(",", ConcurrentStack),
                        Immutable.ContainsKey("k"), Array.IsDefault ? "default" : string.Join(",", Array), string.Join(",", ImmutableStack), string.Join(",", Frozen),
                        string.Join(",", Any), AnyMap.GetType().Name, string.Join(",", AnyMap), string.Join(",", Bytes));
                    while (Priority.TryDequeue(out string? e, out int p)) text += e + p;
                    return text;
                }
            }
            public static partial class Test
            {
                public static string Run()
                {
                    var into = new S(); into.List.Add(99); into.Stack.Push(99);
                    var from = new S().Filled(); from.Sorted = new() { [1] = "x" };
                    var back = Carry(from, into); string a = from.Show(), b = back.Show();
                    return a == b && back.Sorted.Count == 1 ? "same" : a + "\n" + b;
                }
            }
            """).ShouldBe("same");
    }

    [Fact]
    public void Objects_that_are_shared_or_in_a_cycle_stay_so()
    {
        Run("""
            public sealed class Node { public int Value { get; set; } public Node? Next { get; set; } public List<Node> Others { get; set; } = []; }
            public sealed partial class S
            {
                [Carried] public Node? First;
                [Carried] public Node? Again;
                [Carried] public Inner In { get; } = new();
                [Carried] public S? Self;
            }
            public sealed partial class Inner { [Carried] internal S? Up; [Carried] internal Node? Node; }
            public static partial class Test
            {
                public static string Run()
                {
                    var from = new S(); from.First = new() { Value = 1 }; from.First.Next = new() { Value = 2, Next = from.First }; from.First.Others.Add(from.First);
                    from.Again = from.First.Next; from.In.Up = from; from.In.Node = from.First; from.Self = from;
                    var into = new S(); Inner kept = into.In;
                    S b = Carry(from, into);
                    return string.Join(",", b.First!.Next!.Next == b.First, b.Again == b.First.Next, b.In.Up == b, b.Self == b, b.In.Node == b.First, b.First.Others[0] == b.First, b.In == kept, b.First.Value + b.Again!.Value);
                }
            }
            """).ShouldBe("True,True,True,True,True,True,True,3");
    }

    [Fact]
    public void A_list_of_a_hundred_thousand_linked_objects_needs_no_stack()
    {
        Run("""
            public sealed class Node { public int Value; public Node? Next; }
            public sealed partial class S { [Carried] public Node? First; }
            public static partial class Test
            {
                public static int Run()
                {
                    var from = new S(); for (int i = 0; i < 100_000; i++) from.First = new() { Value = i, Next = from.First };
                    int count = 0; for (Node? n = Carry(from, new S()).First; n != null; n = n.Next) count++;
                    return count;
                }
            }
            """).ShouldBe(100_000);
    }

    [Fact]
    public void Records_structs_and_constructors_come_back()
    {
        Run("""
            public record Person(string Name, int Age = 3) { public List<string> Tags { get; init; } = ["default"]; public string? Note { get; set; } }
            public readonly record struct Point(int X, int Y);
            public readonly struct Old { public Old(int x) { X = x; } public int X { get; } }
            public sealed class Required { public required string Must { get; set; } public string Greeting => "hi " + Must; }
            public sealed partial class S
            {
                [Carried] public Person? P;
                [Carried] public Dictionary<Point, Person> ByPoint = [];
                [Carried] public Old Old;
                [Carried] public Required? R;
                [Carried] public Point? Maybe;
                [Carried] public Tuple<int, string>? T;
                [Carried] public HashSet<Person> People = [];
            }
            public static partial class Test
            {
                public static string Run()
                {
                    var p = new Person("Ada", 36) { Tags = ["x"], Note = "n" };
                    var from = new S { P = p, Old = new(4), R = new() { Must = "m" }, Maybe = new(1, 2), T = Tuple.Create(1, "t") };
                    from.ByPoint[new(1, 2)] = p; from.People.Add(p);
                    S b = Carry(from, new S());
                    return string.Join(",", b.P!.Name, b.P.Age, b.P.Tags[0], b.P.Note, ReferenceEquals(b.ByPoint[new(1, 2)], b.P), b.Old.X, b.R!.Greeting, b.Maybe, b.T, b.People.Contains(b.P));
                }
            }
            """).ShouldBe("Ada,36,x,n,True,4,hi m,Point { X = 1, Y = 2 },(1, t),True");
    }

    [Fact]
    public void Base_classes_and_declared_derived_types_come_back()
    {
        Run("""
            using System.Text.Json.Serialization;
            [CarriedType(typeof(Circle), "circle"), CarriedType(typeof(Square), "square")] public abstract class Shape { public string? Label { get; set; } }
            public sealed class Circle : Shape { public double R { get; set; } }
            public sealed class Square : Shape { public double Side { get; set; } public Shape? Inside { get; set; } }
            [JsonDerivedType(typeof(Loud), "loud")] public record Quiet(int A);
            public sealed record Loud(int A, int B) : Quiet(A);
            public partial class Base { [Carried] private int _hidden; public int Hidden { get => _hidden; set => _hidden = value; } }
            public sealed partial class S : Base { [Carried] public List<Shape> Shapes = []; [Carried] public Quiet[] Quiets = []; [Carried] private int _own = 1; public int Own { get => _own; set => _own = value; } }
            public static partial class Test
            {
                public static string Run()
                {
                    var from = new S { Hidden = 5, Own = 6, Shapes = [new Circle { R = 2, Label = "c" }, new Square { Side = 3, Inside = new Circle() }], Quiets = [new Quiet(1), new Loud(2, 3)] };
                    S b = Carry(from, new S());
                    return string.Join(",", b.Hidden, b.Own, ((Circle)b.Shapes[0]).R, b.Shapes[0].Label, ((Square)b.Shapes[1]).Inside!.GetType().Name, b.Quiets[0], b.Quiets[1]);
                }
            }
            """).ShouldBe("5,6,2,c,Circle,Quiet { A = 1 },Loud { A = 2, B = 3 }");
    }

    [Fact]
    public void A_type_that_was_not_declared_is_refused_when_it_is_saved()
    {
        Should.Throw<InvalidDataException>(() => Run("""
            public class A { public int X { get; set; } }
            public sealed class B : A { public int Y { get; set; } }
            public sealed partial class S { [Carried] public A? One; }
            public static partial class Test { public static object Run() => Carry(new S { One = new B() }, new S()); }
            """)).Message.ShouldBe("state 'S': a A is a B, which is not declared for it ([CarriedType])");
    }

    [Fact]
    public void Tracked_members_come_back_by_copy_ahead_and_delta()
    {
        Run("""
            public sealed record Entry(string Text, int Votes);
            public sealed partial class S
            {
                [Carried] public readonly CarriedDictionary<string, Entry> Words = new(StringComparer.OrdinalIgnoreCase);
                [Carried] public CarriedList<int> Log { get; } = new();
                [Carried] public int Calls;
            }
            public static partial class Test
            {
                public static string Run()
                {
                    ICarriedState from = new S(), into = new S(); S a = (S)from, b = (S)into;
                    for (int i = 0; i < 10_000; i++) { a.Words["w" + i] = new("t", i); a.Log.Add(i); }
                    b.Words["stale"] = new("", 0);
                    var ahead = new System.Buffers.ArrayBufferWriter<byte>(); from.SaveAhead(ahead);
                    a.Words["W1"] = new("changed", 0); a.Words.TryRemove("w2", out _); a.Words.TryAdd("new", new("n", 1)); a.Log[3] = -3; a.Log.Add(7); a.Calls = 9; a.Log.RemoveAt(9_998);
                    var delta = new System.Buffers.ArrayBufferWriter<byte>(); from.SaveDelta(delta); from.StopTracking();
                    into.Restore(ahead.WrittenMemory, 1);
                    bool untouched = b.Words.ContainsKey("stale") && b.Log.Count == 0;
                    into.RestoreDelta(delta.WrittenMemory, 1);
                    return string.Join(",", untouched, from.SupportsDelta, b.Words.Count == a.Words.Count, b.Words["w1"].Text, b.Words.ContainsKey("W2"), b.Words["NEW"], b.Log.SequenceEqual(a.Log), b.Calls, delta.WrittenCount < 2000);
                }
            }
            """).ShouldBe("True,True,True,changed,False,Entry { Text = n, Votes = 1 },True,9,True");
    }

    private static object? Run(string source)
    {
        // Usings of a program stand before its types.
        Compiled compiled = Compiled.From(source + Carry);
        return compiled.Run();
    }
}
