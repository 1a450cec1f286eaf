namespace Yadokari.Rpc.State;

/// <summary>What to do with members in saved state that the class does not have.</summary>
public enum UnknownMembers
{
    /// <summary>They are left out.</summary>
    Ignore,

    /// <summary>The state is refused, so that nothing is lost by a move to an older program.</summary>
    Refuse,
}
