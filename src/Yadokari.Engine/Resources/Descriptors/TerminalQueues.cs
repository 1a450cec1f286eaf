namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>What waits in a pseudoterminal.</summary>
/// <param name="Failure">Why it can't be told; null: it can.</param>
internal sealed record TerminalQueues(byte[] Output, IReadOnlyList<TypedLineImage> Lines, byte[] Typed, string? Failure)
{
    public static TerminalQueues Failed(string why) => new([], [], [], why);
}
