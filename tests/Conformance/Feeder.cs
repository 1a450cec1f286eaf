using System.Globalization;

namespace Yadokari.Conformance;

/// <summary>Keeps a program's input longer than it has read, until the test cuts it: so the program is at work for as many moves as
/// one likes, however fast the machine, and has no more to do after them.</summary>
internal sealed class Feeder
{
    private readonly InputText _input;
    private readonly List<long> _ends = [];

    private Feeder(InputText input, string path)
    {
        _input = input;
        Path = path;
    }

    public string Path { get; }

    private long Length => _ends.Count == 0 ? 0 : _ends[^1];

    /// <summary>Makes the input in a scene in which nobody reads it yet.</summary>
    public static Feeder Start(InputText input, Scene scene)
    {
        Feeder feeder = new(input, input.In(scene));
        feeder.Extend(input.Ahead);
        return feeder;
    }

    /// <summary>Adds what is missing before the reader.</summary>
    public void KeepAhead(int reader)
    {
        if (Position(reader) is long position)
        {
            Extend(position + _input.Ahead);
        }
    }

    /// <summary>Cuts the input at the end of the piece that is being read, which lets the program come to its end.</summary>
    public void Cut(int reader)
    {
        // While it stands, so that it doesn't read past the place where it is being cut.
        ProcessTable.Signal(reader, "STOP");
        Until.Holds(
            () => ProcessTable.States(reader).All(state => state is 'T' or 'Z'),
            () => $"{reader} to stop; its threads: {ProcessTable.States(reader)}");
        if (Position(reader) is long position)
        {
            long end = _ends.First(end => end >= position);
            using (FileStream file = new(Path, FileMode.Open, FileAccess.Write))
            {
                file.SetLength(end);
            }

            _ends.RemoveAll(later => later > end);
        }

        ProcessTable.Signal(reader, "CONT");
    }

    /// <summary>Where the process reads, or null when it has no descriptor on the input: it is over, or about to be.</summary>
    private long? Position(int reader)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries($"/proc/{reader}/fd")
                .Where(descriptor => new FileInfo(descriptor).LinkTarget == Path)
                .Select(descriptor => (long?)PositionOf($"/proc/{reader}/fdinfo/{System.IO.Path.GetFileName(descriptor)}"))
                .FirstOrDefault();
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long PositionOf(string information) => long.Parse(
        File.ReadLines(information).First(line => line.StartsWith("pos:", StringComparison.Ordinal))["pos:".Length..].Trim(),
        CultureInfo.InvariantCulture);

    private void Extend(long length)
    {
        using FileStream file = new(Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 1 << 20);
        while (Length < length)
        {
            ReadOnlyMemory<byte> piece = _input.Piece(_ends.Count);
            file.Write(piece.Span);
            _ends.Add(Length + piece.Length);
        }
    }
}
