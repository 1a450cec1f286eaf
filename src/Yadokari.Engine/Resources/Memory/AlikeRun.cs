namespace Yadokari.Engine.Resources.Memory;

/// <summary>Pages one behind the other of those that were looked for: all are known, and lie one behind the other there too, or none is.</summary>
/// <param name="Offset">Bytes from the first page that was looked for to the first of these.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Known">The first, as it is known; null: there are none alike.</param>
internal readonly record struct AlikeRun(int Offset, int Length, StoredPage? Known);
