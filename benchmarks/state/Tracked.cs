using Yadokari.Rpc.State;

namespace StateBench;

/// <summary>State that is copied ahead.</summary>
public sealed partial class Tracked
{
    [Carried]
    public CarriedDictionary<int, Entry> Entries { get; } = new();

    [Carried]
    public long Calls { get; set; }
}
