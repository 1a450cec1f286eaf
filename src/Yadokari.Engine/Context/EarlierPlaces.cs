using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Restore;

namespace Yadokari.Engine.Context;

/// <summary>Where a context file has the memory of its job, for the one that is to be written over it.</summary>
public static class EarlierPlaces
{
    /// <summary>More than a message to a keeper has room for.</summary>
    private const int Most = 65536;

    /// <summary>Shorter on average: the memory has come apart in the file.</summary>
    private const int LeastAverage = ReadBuffer.Piece;

    /// <summary>Of the pages of a file, in hundredths; the rest is nobody's.</summary>
    private const int LeastUsed = 70;

    /// <summary>Reads its manifest.</summary>
    /// <returns>Empty when so much of the file is nobody's, or in so many parts, that a new one is better.</returns>
    /// <exception cref="EngineException">NoSuchFile or BadContextFile with the reason.</exception>
    public static IReadOnlyList<EarlierPlace> Read(string path) => Of(ContextFile.ReadImage(path));

    internal static IReadOnlyList<EarlierPlace> Of(TreeImage image)
    {
        List<EarlierPlace> all = [];
        foreach (ProcessImage process in image.Processes)
        {
            Add(all, EarlierPlace.OwnerOf(process.Attributes.Pid), process.Memory.Segments);
            AddObjects(all, process.Memory.SharedObjects);
        }

        AddObjects(all, image.SharedObjects);
        all.Sort(static (left, right) => left.FileOffset.CompareTo(right.FileOffset));
        long pages = all.Count == 0 ? 0 : all[^1].FileOffset + all[^1].Length - ContextWriter.FirstPage;
        List<EarlierPlace> joined = Join(all);
        long used = all.Sum(place => place.Length);
        return joined.Count > 0 && joined.Count <= Most && used / joined.Count >= LeastAverage && used >= pages / 100 * LeastUsed ? joined : [];
    }

    /// <summary>What lies between two that are neighbours in the file, and in memory in the same distance, was zeros, and is nobody else's.</summary>
    /// <param name="all">By ascending place.</param>
    private static List<EarlierPlace> Join(List<EarlierPlace> all)
    {
        List<EarlierPlace> joined = [];
        int last = 0;
        foreach ((EarlierPlace place, int number) in all.Select((place, number) => (place, number)).OrderBy(one => one.place.Owner, StringComparer.Ordinal).ThenBy(one => one.place.Address))
        {
            if (joined.Count > 0 && joined[^1] is var before && before.Owner == place.Owner && number == last + 1
                && place.Address - before.Address == (ulong)(place.FileOffset - before.FileOffset))
            {
                joined[^1] = before with { Length = place.FileOffset + place.Length - before.FileOffset };
            }
            else
            {
                joined.Add(place);
            }

            last = number;
        }

        return joined;
    }

    private static void AddObjects(List<EarlierPlace> all, IReadOnlyList<SharedObjectImage> objects)
    {
        foreach (SharedObjectImage shared in objects)
        {
            Add(all, shared.Key, shared.Segments);
        }
    }

    private static void Add(List<EarlierPlace> all, string owner, IReadOnlyList<MemorySegment> segments)
    {
        foreach (MemorySegment segment in segments)
        {
            all.Add(new EarlierPlace(owner, segment.Address, segment.Length, segment.FileOffset));
        }
    }
}
