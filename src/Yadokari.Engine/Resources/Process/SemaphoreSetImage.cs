using Yadokari.Engine.Restore;

namespace Yadokari.Engine.Resources.Process;

/// <summary>A set of System V semaphores.</summary>
/// <param name="Values">Of each, 16 bits.</param>
public sealed record SemaphoreSetImage(SystemVName Name, byte[] Values);
