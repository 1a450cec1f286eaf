using Yadokari.Rpc.State;

namespace Yadokari.Rpc.Tests.State;

/// <summary>State with a bit of everything.</summary>
[CarriedState(Name = "bank", Version = 3)]
public sealed partial class Bank
{
    [Carried]
    private readonly List<Account?> _order = [];

    [Carried]
    public string? Title { get; set; }

    [Carried]
    public Dictionary<string, Account> ByOwner { get; set; } = [];

    [Carried]
    public double[] Rates { get; set; } = [];

    [Carried]
    public long Calls { get; set; }

    [Carried]
    public Account? Best { get; set; }

    public List<Account?> Order => _order;
}
