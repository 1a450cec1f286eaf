using Yadokari.Rpc.State;

namespace Yadokari.Rpc.Tests.State;

/// <summary>Large state that tracks its changes.</summary>
[CarriedState(Name = "ledger")]
public sealed partial class Ledger
{
    [Carried]
    public CarriedDictionary<int, Account> Accounts { get; } = new();

    [Carried]
    public CarriedList<string> Log { get; } = new();

    [Carried]
    public int Calls { get; set; }
}
