using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Descriptors;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Poll;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Collects the ends of pipes, and tells pipes of the process from those that lead out of it.</summary>
internal sealed class PipeScanner(bool frozen)
{
    private readonly Dictionary<string, List<OpenDescription>> _ends = [];
    private readonly List<PipeImage> _pipes = [];

    /// <summary>Those whose every end is inside or closed.</summary>
    public IReadOnlyList<PipeImage> Pipes => _pipes;

    public void Collect(OpenDescription description)
    {
        if (!_ends.TryGetValue(description.Link, out List<OpenDescription>? sameOnes))
        {
            _ends.Add(description.Link, sameOnes = []);
        }

        sameOnes.Add(description);
    }

    /// <param name="add">Takes the image of an end.</param>
    /// <param name="outside">What an end among the streams 0–2 becomes whose other end is outside.</param>
    public void Scan(Action<OpenDescription, DescriptorImage?> add, Func<OpenDescription, DescriptorImage?> outside, List<Obstacle> obstacles)
    {
        foreach (List<OpenDescription> pipe in _ends.Values)
        {
            Scan(pipe, add, outside, obstacles);
        }
    }

    private void Scan(
        List<OpenDescription> pipe, Action<OpenDescription, DescriptorImage?> add, Func<OpenDescription, DescriptorImage?> outside, List<Obstacle> obstacles)
    {
        if (!IsInside(pipe, out OpenDescription? reader))
        {
            foreach (OpenDescription end in pipe)
            {
                if (end.StandardStream >= 0)
                {
                    add(end, outside(end));
                }
                else
                {
                    obstacles.Add(ToOutside(end));
                }
            }

            return;
        }

        _pipes.Add(Image(pipe[0], frozen ? reader : null));
        foreach (OpenDescription end in pipe)
        {
            add(end, new PipeEndImage { Numbers = end.Numbers, Flags = end.Flags, PipeId = end.Status.Inode });
        }
    }

    /// <summary>Whether nobody else holds the other end of a pipe.</summary>
    /// <param name="pipe">All ends that are inside.</param>
    /// <param name="reader">One that can be read; null for none.</param>
    public static bool IsInside(IReadOnlyList<OpenDescription> pipe, out OpenDescription? reader)
    {
        reader = pipe.FirstOrDefault(end => (end.Flags & O_ACCMODE) != O_WRONLY);
        OpenDescription? writer = pipe.FirstOrDefault(end => (end.Flags & O_ACCMODE) != 0);

        // One end only: whether anybody holds the other shows as hang-up (no writer) or error (no reader).
        return (reader is not null && writer is not null)
            || (reader is null && (Descriptor.Poll(writer!.Handle, POLLOUT, TimeSpan.Zero) & POLLERR) != 0)
            || (writer is null && (Descriptor.Poll(reader!.Handle, POLLIN, TimeSpan.Zero) & POLLHUP) != 0);
    }

    /// <summary>A pipe with what it holds.</summary>
    /// <param name="end">Any end of it.</param>
    /// <param name="reader">The end to look through; null: what is in it does not matter.</param>
    public static PipeImage Image(OpenDescription end, OpenDescription? reader)
    {
        bool? inPackets = null;
        IReadOnlyList<byte[]> unread = reader is null ? [] : PipeContent.Peek(reader.Handle, out inPackets);
        return new PipeImage(end.Status.Inode, Descriptor.GetPipeSize(end.Handle), unread) { InPackets = inPackets, Owner = FileOwnerImage.Of(end.Status) };
    }

    /// <summary>A named pipe with what it holds.</summary>
    /// <param name="end">Any end of it.</param>
    /// <param name="id">Stands for it.</param>
    /// <param name="path">Where it is or was.</param>
    /// <returns>Null: it may not be read.</returns>
    public static PipeImage? NamedImage(OpenDescription end, ulong id, string path, bool removed, bool frozen)
    {
        IReadOnlyList<byte[]> unread = [];
        bool? inPackets = null;
        if (frozen)
        {
            // Also through an end that can only be written.
            using SafeFileHandle? reader = Descriptor.Reopen(end.Handle, O_NONBLOCK);
            if (reader is null)
            {
                return null;
            }

            unread = PipeContent.Peek(reader, out inPackets);
        }

        return new PipeImage(id, Descriptor.GetPipeSize(end.Handle), unread)
        {
            Path = path,
            Removed = removed,
            InPackets = inPackets,
            Owner = FileOwnerImage.Of(end.Status),
        };
    }

    public static Obstacle ToOutside(OpenDescription end) =>
        new("pipe-to-outside", $"descriptor {end.First}: the other end of {end.Link} is in another process; close it or make it one of the streams 0-2") { Cause = end.Cause };
}
