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
    public static ContextSummary Image(TreeImage image, ContextHeader header, RestorePlan? plan)
    {
        ProcessImage main = image.Main;
        List<ThreadSummary> threads = [];
        foreach (ThreadImage thread in main.Threads)
        {
            threads.Add(new ThreadSummary(thread.Tid, thread.Name));
        }

        List<DescriptorSummary> descriptors = [];
        foreach (DescriptorImage description in main.Descriptors.Descriptions)
        {
            foreach (DescriptorNumber number in description.Numbers)
            {
                descriptors.Add(new DescriptorSummary(number.Number, description.Kind, description.Detail));
            }
        }

        descriptors.Sort((left, right) => left.Number.CompareTo(right.Number));
        List<ProcessSummary> relatives = [];
        foreach (ProcessImage process in image.Processes.Skip(1))
        {
            relatives.Add(new ProcessSummary(process.Attributes.Pid, process.Parent, process.Threads[0].Name, process.Threads.Count, MemoryOf(process), Ended: false));
        }

        foreach (EndedProcessImage process in image.Ended)
        {
            relatives.Add(new ProcessSummary(process.Pid, process.Parent, process.Name, 0, 0, Ended: true));
        }

        return new ContextSummary
        {
            FormatVersion = image.Format,
            CapturedAt = image.Origin.CapturedAt,
            HostName = image.Origin.HostName,
            KernelRelease = image.Origin.KernelRelease,
            Pid = main.Attributes.Pid,
            Name = main.Threads[0].Name,
            Executable = main.Memory.Executable ?? "(removed)",
            CommandLine = main.Attributes.CommandLine,
            WorkingDirectory = main.Attributes.WorkingDirectory,
            Uid = main.Threads[0].Credentials.Uids[1],
            Gid = main.Threads[0].Credentials.Gids[1],
            Threads = threads,
            Relatives = relatives,
            Mappings = Mappings(main),
            Descriptors = descriptors,
            CpuFeatures = image.Origin.CpuFeatures,
            // What several processes have alike is in the file once.
            MemoryBytes = Coverage.Of(image.Processes.SelectMany(process => process.Memory.Segments).Select(segment => ((ulong)segment.FileOffset, (ulong)segment.Length)))
                + image.Processes.Sum(process => process.Memory.SharedObjects.Sum(MemoryOf)) + image.SharedObjects.Sum(MemoryOf),
            FileLength = header.FileLength,
            PlanOperations = plan?.Operations.Count,
        };
    }

    private static long MemoryOf(ProcessImage process) =>
        process.Memory.Segments.Sum(segment => (long)segment.Length)
        + process.Memory.SharedObjects.Sum(MemoryOf);

    private static long MemoryOf(SharedObjectImage shared) => shared.Segments.Sum(segment => (long)segment.Length);

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
        text[3] = from.Kind is MappingKind.SharedFile or MappingKind.SharedObject or MappingKind.AioContext ? 's' : 'p';
    });
}
