namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A line that waits in a terminal to be read.</summary>
/// <param name="Bytes">With the character that ended it, but for end of file.</param>
/// <param name="EndsFile">It was ended by the end-of-file character (Ctrl-D), which nobody reads.</param>
public sealed record TypedLineImage(byte[] Bytes, bool EndsFile);
