namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Where a piece of a carried file lies in the context file.</summary>
/// <param name="FileOffset">Bytes into the carried file.</param>
/// <param name="ContextOffset">Bytes into the context file.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct StoredRun(long FileOffset, long ContextOffset, long Length);
