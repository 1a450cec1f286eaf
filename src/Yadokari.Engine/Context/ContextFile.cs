using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Restore;

namespace Yadokari.Engine.Context;

/// <summary>Reads a context file: what is inside, whether it is whole, what it needs from a host.
/// Not thread-safe; owns nothing open between calls.</summary>
public sealed class ContextFile
{
    private readonly ContextHeader _header;
    private readonly string _path;
    private readonly RestorePlan? _plan;

    private ContextFile(string path, ContextHeader header, TreeImage image, RestorePlan? plan)
    {
        _path = path;
        _header = header;
        _plan = plan;
        Image = image;
    }

    /// <summary>The model of the captured job.</summary>
    public TreeImage Image { get; }

    /// <summary>A summary for people and for <c>--json</c>.</summary>
    public ContextSummary Summary => SummaryOf.Image(Image, _header, _plan);

    /// <summary>False when executing the file does something else than its manifest says: its plan, the code that runs it or
    /// its ELF header is not what this version of yado makes of the manifest.</summary>
    public bool DoesWhatItSays => _plan is not null;

    /// <summary>Reads and checks header, control segment and manifest (not the pages).</summary>
    /// <exception cref="EngineException">NoSuchFile or BadContextFile with the reason.</exception>
    public static ContextFile Open(string path)
    {
        using SafeFileHandle file = OpenHandle(path);
        return Read(path, file);
    }

    /// <summary>The same of a file that is open.</summary>
    /// <param name="path">Its name, for messages, and to open it again.</param>
    /// <param name="file">The caller's; read meanwhile only.</param>
    /// <exception cref="EngineException">BadContextFile with the reason.</exception>
    public static ContextFile Read(string path, SafeFileHandle file)
    {
        long length = RandomAccess.GetLength(file);
        try
        {
            byte[] page = new byte[Math.Min(length, ContextHeader.Length)];
            ReadExactly(file, page, 0);
            ContextHeader header = ContextHeader.Parse(page, length);
            byte[] control = ReadControl(file, header);
            TreeImage image = ReadManifest(file, header);
            return new ContextFile(path, header, image, PlanCheck.Compare(image, header, page, control));
        }
        catch (EngineException e) when (e.Error == EngineError.BadContextFile)
        {
            throw new EngineException(EngineError.BadContextFile, $"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads header and manifest, and nothing else.</summary>
    /// <exception cref="EngineException">NoSuchFile or BadContextFile with the reason.</exception>
    internal static TreeImage ReadImage(string path)
    {
        using SafeFileHandle file = OpenHandle(path);
        long length = RandomAccess.GetLength(file);
        byte[] page = new byte[Math.Min(length, ContextHeader.Length)];
        ReadExactly(file, page, 0);
        return ReadManifest(file, ContextHeader.Parse(page, length));
    }

    /// <summary>Checks the checksum of every page of memory.</summary>
    /// <exception cref="EngineException">BadContextFile: damaged at which offset.</exception>
    public void VerifyPages()
    {
        using SafeFileHandle file = OpenHandle(_path);
        VerifyPages(file);
    }

    /// <summary>The same, read through a descriptor of the file.</summary>
    /// <exception cref="EngineException">BadContextFile: damaged at which offset.</exception>
    public void VerifyPages(SafeFileHandle file)
    {
        HashSet<(long, int, uint)> alike = [];
        foreach (ProcessImage process in Image.Processes)
        {
            foreach (MemorySegment segment in process.Memory.Segments.Where(segment => alike.Add((segment.FileOffset, segment.Length, segment.Checksum))))
            {
                Verify(file, segment);
            }

            foreach (SharedObjectImage shared in process.Memory.SharedObjects.Concat(process == Image.Main ? Image.SharedObjects : []))
            {
                foreach (MemorySegment segment in shared.Segments)
                {
                    Verify(file, segment);
                }
            }
        }
    }

    /// <summary>What this host lacks to resume it, one line each, all at once; empty when it can.</summary>
    public IReadOnlyList<Obstacle> FindMissing() => HostNeeds.Of(Image).FindMissing();

    /// <summary>The restore plan, one system call a line, like strace.</summary>
    /// <exception cref="EngineException">BadContextFile: the file runs another plan.</exception>
    public IEnumerable<string> PrintPlan()
    {
        RequireOwnPlan();
        return PlanPrinter.Print(_plan!);
    }

    /// <summary>Refuses a file that does something else than its manifest says.</summary>
    /// <exception cref="EngineException">BadContextFile, with what can be done.</exception>
    public void RequireOwnPlan()
    {
        if (!DoesWhatItSays)
        {
            throw new EngineException(
                EngineError.BadContextFile,
                $"{_path}: what it does is not what this yado makes of its manifest: another version of yado wrote it, or it was changed since; "
                + "if you trust who made it, execute the file itself");
        }
    }

    /// <exception cref="EngineException">NoSuchFile or BadContextFile with the reason.</exception>
    public static SafeFileHandle OpenHandle(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EngineException(EngineError.NoSuchFile, $"{path}: no such file", e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new EngineException(EngineError.BadContextFile, $"{path}: can't be read: {e.Message}", e);
        }
    }

    private static byte[] ReadControl(SafeFileHandle file, ContextHeader header)
    {
        if (header.ControlLength % 32 != 0)
        {
            throw ContextHeader.Bad("its header is damaged");
        }

        byte[] control = new byte[header.ControlLength];
        ReadExactly(file, control, header.ControlOffset);
        if (Checksum.Compute(control) != header.ControlChecksum)
        {
            throw ContextHeader.Bad("its restore plan is damaged");
        }

        return control;
    }

    private static TreeImage ReadManifest(SafeFileHandle file, ContextHeader header)
    {
        ManifestSize.RequireLength(header.ManifestLength);
        byte[] manifest = new byte[(header.ManifestLength + 31) / 32 * 32];
        if (header.ManifestOffset + manifest.Length > header.FileLength)
        {
            throw ContextHeader.Bad("its header is damaged");
        }

        ReadExactly(file, manifest, header.ManifestOffset);
        if (Checksum.Compute(manifest) != header.ManifestChecksum)
        {
            throw ContextHeader.Bad("its manifest is damaged");
        }

        ManifestSize.Check(manifest.AsSpan(0, (int)header.ManifestLength));
        try
        {
            TreeImage image = JsonSerializer.Deserialize(manifest.AsSpan(0, (int)header.ManifestLength), ImageJson.Default.TreeImage)
                ?? throw ContextHeader.Bad("its manifest is empty");
            ImageBounds.Check(image, header.FileLength);
            return image;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException) // the latter: a descriptor without its kind
        {
            throw ContextHeader.Bad("its manifest can't be understood", e);
        }
    }

    private static void ReadExactly(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            int got = RandomAccess.Read(file, buffer[done..], offset + done);
            if (got == 0)
            {
                throw ContextHeader.Bad("it is cut short");
            }

            done += got;
        }
    }

    private void Verify(SafeFileHandle file, MemorySegment segment)
    {
        byte[] buffer = new byte[segment.Length];
        ReadExactly(file, buffer, segment.FileOffset);
        if (Checksum.OfSegment(buffer) != segment.Checksum)
        {
            throw new EngineException(EngineError.BadContextFile, $"{_path}: its memory is damaged between offsets {segment.FileOffset} and {segment.FileOffset + segment.Length}");
        }
    }
}
