using Yadokari.Linux.Descriptors;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Collects the ends of pipes, and tells pipes of the process from those that lead out of it.</summary>
internal sealed class PipeScanner(bool frozen)
{
    private const int AccessMode = 3;
    private const int WriteOnly = 1;

    private readonly Dictionary<string, List<OpenDescription>> ends = [];
    private readonly List<PipeImage> pipes = [];

    /// <summary>Those whose every end is inside or closed.</summary>
    public IReadOnlyList<PipeImage> Pipes => pipes;

    public void Collect(OpenDescription description)
    {
        if (!ends.TryGetValue(description.Link, out List<OpenDescription>? sameOnes))
        {
            ends.Add(description.Link, sameOnes = []);
        }

        sameOnes.Add(description);
    }

    /// <param name="add">Takes the image of an end.</param>
    /// <param name="outside">What an end among the streams 0–2 becomes whose other end is outside.</param>
    public void Scan(Action<OpenDescription, DescriptorImage?> add, Func<OpenDescription, DescriptorImage?> outside, List<Obstacle> obstacles)
    {
        foreach (List<OpenDescription> pipe in ends.Values)
        {
            Scan(pipe, add, outside, obstacles);
        }
    }

    private void Scan(
        List<OpenDescription> pipe, Action<OpenDescription, DescriptorImage?> add, Func<OpenDescription, DescriptorImage?> outside, List<Obstacle> obstacles)
    {
        OpenDescription? reader = pipe.Find(end => (end.Flags & AccessMode) != WriteOnly);
        OpenDescription? writer = pipe.Find(end => (end.Flags & AccessMode) != 0);

        // One end only: whether anybody holds the other shows as hang-up (no writer) or error (no reader).
        bool closed = (reader is null && (Descriptor.Poll(writer!.Handle, Descriptor.PollOut, TimeSpan.Zero) & Descriptor.PollError) != 0)
            || (writer is null && (Descriptor.Poll(reader!.Handle, Descriptor.PollIn, TimeSpan.Zero) & Descriptor.PollHangUp) != 0);
        if (!closed && (reader is null || writer is null))
        {
            foreach (OpenDescription end in pipe)
            {
                if (end.StandardStream >= 0)
                {
                    add(end, outside(end));
                }
                else
                {
                    obstacles.Add(new Obstacle("pipe-to-outside", $"descriptor {end.First}: the other end of {end.Link} is in another process; close it or make it one of the streams 0-2"));
                }
            }

            return;
        }

        IReadOnlyList<byte[]> unread = frozen && reader is not null ? PipeContent.Peek(reader.Handle) : [];
        FileStatus status = pipe[0].Status;
        pipes.Add(new PipeImage(status.Inode, Descriptor.GetPipeSize(pipe[0].Handle), unread) { Owner = FileOwnerImage.Of(status) });
        foreach (OpenDescription end in pipe)
        {
            add(end, new PipeEndImage { Numbers = end.Numbers, Flags = end.Flags, PipeId = status.Inode });
        }
    }
}
