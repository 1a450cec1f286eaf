using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>A range of private memory in which several processes of a job have mappings: the smallest that holds each of them whole.</summary>
/// <param name="Start">Its first address.</param>
/// <param name="End">The first behind it.</param>
/// <param name="Flags">What mappings are made with and keep (<see cref="CommonMemory.MadeWith"/>).</param>
internal readonly record struct CommonRange(ulong Start, ulong End, VmaFlags Flags);
