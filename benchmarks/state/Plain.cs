using System.Collections.Concurrent;
using Yadokari.Rpc.State;

namespace StateBench;

/// <summary>The same state without tracking: all of it is saved under the pause.</summary>
[CarriedState(MaxBytes = 1L << 30)]
public sealed partial class Plain
{
    [Carried]
    public ConcurrentDictionary<int, Entry> Entries { get; } = new();

    [Carried]
    public long Calls { get; set; }
}
