using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Threads;

namespace Yadokari.Engine.Context;

/// <summary>Bounds of what a manifest may say, checked before anything is made of it.</summary>
internal static class ImageBounds
{
    private const int MaxMappings = 1 << 20;
    private const int MaxThreads = 1 << 15;
    private const int MaxPid = 1 << 22;
    private const int MaxDescriptor = 1 << 20;
    private const int RegistersLength = 216;
    private const int ActionsLength = 64 * 32;

    /// <exception cref="EngineException">BadContextFile.</exception>
    public static void Check(ProcessImage image, long fileLength)
    {
        Require(image.Memory.Mappings.Count <= MaxMappings, "too many mappings");
        Require(image.Threads.Count is > 0 and <= MaxThreads, "the number of threads");
        Require(image.Attributes.Pid is > 1 and <= MaxPid, "the pid");
        Require(image.HighestDescriptor <= MaxDescriptor, "a descriptor number");
        Require(image.Signals.Actions.Length == ActionsLength, "the signal handlers");
        Require(image.Memory.Layout.Count == 11, "the memory layout");
        Require(image.Timers.Intervals.Count == 3, "the interval timers");
        foreach (ThreadImage thread in image.Threads)
        {
            Require(thread.Registers.Length == RegistersLength, "the registers of a thread");
            Require(thread.AlternateStack.Length == 24, "the signal stack of a thread");
            Require(thread.Tid is > 1 and <= MaxPid, "a thread id");
            Require(thread.Credentials.Uids.Count == 4 && thread.Credentials.Gids.Count == 4, "the user of a thread");
        }

        ulong end = 0;
        foreach (MappingImage mapping in image.Memory.Mappings)
        {
            Require(mapping.Start >= end && mapping.End > mapping.Start, "the order of mappings");
            Require(mapping.Object < image.Memory.SharedObjects.Count, "a shared object");
            Require(mapping.Kind != MappingKind.SharedObject || mapping.Object >= 0, "a shared object");
            end = mapping.End;
        }

        Check(image.Memory.Segments, fileLength);
        foreach (SharedObjectImage shared in image.Memory.SharedObjects)
        {
            Check(shared.Segments, fileLength);
        }
    }

    private static void Check(IReadOnlyList<MemorySegment> segments, long fileLength)
    {
        foreach (MemorySegment segment in segments)
        {
            Require(segment.Length is > 0 and <= MemorySegment.MaxLength && segment.Length % 32 == 0, "the length of a segment");
            Require(segment.FileOffset >= ContextHeader.Length && segment.FileOffset <= fileLength - segment.Length, "the place of a segment");
        }
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw ContextHeader.Bad($"its manifest is wrong about {what}");
        }
    }
}
