using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Threads;
using Yadokari.Engine.Restore;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Context;

/// <summary>Makes a summary of an image.</summary>
internal static class SummaryOf
{
    public static ContextSummary Image(ProcessImage image, ContextHeader header, RestorePlan? plan)
    {
        List<ThreadSummary> threads = [];
        foreach (ThreadImage thread in image.Threads)
        {
            threads.Add(new ThreadSummary(thread.Tid, thread.Name));
        }

        List<DescriptorSummary> descriptors = [];
        foreach (DescriptorImage description in image.Descriptors.Descriptions)
        {
            foreach (DescriptorNumber number in description.Numbers)
            {
                descriptors.Add(new DescriptorSummary(number.Number, description.Kind, description.Detail));
            }
        }

        descriptors.Sort((left, right) => left.Number.CompareTo(right.Number));
        long memory = 0;
        foreach (MemorySegment segment in image.Memory.Segments)
        {
            memory += segment.Length;
        }

        foreach (SharedObjectImage shared in image.Memory.SharedObjects)
        {
            foreach (MemorySegment segment in shared.Segments)
            {
                memory += segment.Length;
            }
        }

        return new ContextSummary
        {
            FormatVersion = image.Format,
            CapturedAt = image.Origin.CapturedAt,
            HostName = image.Origin.HostName,
            KernelRelease = image.Origin.KernelRelease,
            Pid = image.Attributes.Pid,
            Name = image.Threads[0].Name,
            Executable = image.Memory.Executable ?? "(removed)",
            CommandLine = image.Attributes.CommandLine,
            WorkingDirectory = image.Attributes.WorkingDirectory,
            Uid = image.Threads[0].Credentials.Uids[1],
            Gid = image.Threads[0].Credentials.Gids[1],
            Threads = threads,
            Mappings = Mappings(image),
            Descriptors = descriptors,
            CpuFeatures = image.Origin.CpuFeatures,
            MemoryBytes = memory,
            FileLength = header.FileLength,
            PlanOperations = plan?.Operations.Count,
        };
    }

    private static List<MappingSummary> Mappings(ProcessImage image)
    {
        List<MappingSummary> mappings = [];
        int next = 0;
        foreach (MappingImage mapping in image.Memory.Mappings)
        {
            long stored = 0;
            while (next < image.Memory.Segments.Count && image.Memory.Segments[next].Address < mapping.End)
            {
                stored += image.Memory.Segments[next].Length;
                next++;
            }

            mappings.Add(new MappingSummary($"0x{mapping.Start:x}", $"0x{mapping.End:x}", Permissions(mapping), mapping.Kind.ToString(), mapping.Name, stored));
        }

        return mappings;
    }

    private static string Permissions(MappingImage mapping) => string.Create(4, mapping, (text, from) =>
    {
        text[0] = (from.Protection & VmaProtection.Read) != 0 ? 'r' : '-';
        text[1] = (from.Protection & VmaProtection.Write) != 0 ? 'w' : '-';
        text[2] = (from.Protection & VmaProtection.Execute) != 0 ? 'x' : '-';
        text[3] = from.Kind is MappingKind.SharedFile or MappingKind.SharedObject ? 's' : 'p';
    });
}
