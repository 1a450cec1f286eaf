namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>What waits in a pseudoterminal.</summary>
/// <param name="Column">See <see cref="PseudoTerminalImage.Column"/>.</param>
/// <param name="Failure">Why it can't be told; null: it can.</param>
internal sealed record TerminalQueues(byte[] Output, IReadOnlyList<TypedLineImage> Lines, byte[] Typed, int Column, string? Failure)
{
    public static TerminalQueues Failed(string why) => new([], [], [], 0, why);
}
