using Microsoft.Win32.SafeHandles;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;

namespace Yadokari.Engine.Checkpointing;

/// <summary>
/// A file on its way, NAME.(32 hexadecimal digits).part, for file systems without unnamed files. It is locked (flock(2)) as long
/// as it is written, so that one whose writer was killed is known by having no lock: the next writer to the same directory
/// removes it.
/// </summary>
internal sealed class PartFile : IDisposable
{
    private const int DigitCount = 32;
    private const string Suffix = ".part";

    private readonly FileStream _file;
    private readonly string _path;
    private bool _named;

    private PartFile(FileStream file, string path)
    {
        _file = file;
        _path = path;
    }

    public SafeFileHandle Handle => _file.SafeFileHandle;

    /// <summary>Removes what killed writers left in the directory, and makes one.</summary>
    /// <param name="path">The name it will get.</param>
    public static PartFile Create(string path, UnixFileMode mode)
    {
        Sweep(Path.GetDirectoryName(path)!);
        string temporary = TemporaryOf(path);
        FileStream file = new(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None, // flock(LOCK_EX)
            BufferSize = 0,
            UnixCreateMode = mode,
        });
        return new PartFile(file, temporary);
    }

    /// <summary>Makes one of a file that is there, and is nobody's else: it has one name, and nobody has it open.</summary>
    /// <param name="existing">In the same directory; gone afterwards, whatever becomes of it.</param>
    /// <param name="path">The name it will get.</param>
    /// <returns>Null when it is somebody's, or none is there.</returns>
    /// <exception cref="IOException">It can't be opened, as a program that runs can't be.</exception>
    public static PartFile? TryTake(string existing, string path)
    {
        Sweep(Path.GetDirectoryName(path)!);
        if (FileStatus.AtPath(existing, followLink: false) is not { IsRegular: true })
        {
            return null;
        }

        // By a name that nobody knows, nobody opens it any more.
        string temporary = TemporaryOf(path);
        File.Move(existing, temporary);
        PartFile? taken = null;
        try
        {
            FileStream file = new(temporary, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 });
            if (IsOnlyHere(file.SafeFileHandle))
            {
                return taken = new PartFile(file, temporary);
            }

            file.Dispose();
            return null;
        }
        finally
        {
            if (taken is null)
            {
                File.Delete(temporary);
            }
        }
    }

    /// <summary>Removes the files of writers that are dead. One that can't be removed stays: it is somebody else's.</summary>
    public static void Sweep(string directory)
    {
        foreach (string path in Directory.EnumerateFiles(directory, "*" + Suffix).Where(IsPart).ToList())
        {
            try
            {
                using FileStream abandoned = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                File.Delete(path);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Its writer lives, or has just ended.
            }
        }
    }

    /// <summary>Closed before it has its name: a file that is open for writing can't be executed (ETXTBSY).</summary>
    /// <exception cref="IOException">The name is taken.</exception>
    public void NameAndClose(string path)
    {
        _file.Dispose();
        // Without overwriting this is link(2), which fails when the name is taken, then unlink(2).
        File.Move(_path, path, overwrite: false);
        _named = true;
    }

    public void Dispose()
    {
        _file.Dispose();
        if (!_named)
        {
            File.Delete(_path);
        }
    }

    /// <summary>Under no other name, and open nowhere else. A program that somebody starts just now has all that is open until it is executed.</summary>
    private static bool IsOnlyHere(SafeFileHandle file)
    {
        const int looks = 20;
        if (FileStatus.Of(file) is not { IsRegular: true, Links: 1 } status || status.Uid != CurrentUser.Effective)
        {
            return false;
        }

        for (int look = 1; !FileLease.IsOnlyHere(file); look++)
        {
            if (look == looks)
            {
                return false;
            }

            Thread.Sleep(1);
        }

        return true;
    }

    private static string TemporaryOf(string path) => $"{path}.{Guid.NewGuid():N}{Suffix}";

    private static bool IsPart(string path)
    {
        string digits = Path.GetExtension(path[..^Suffix.Length]);
        return digits.Length == DigitCount + 1 && digits.Skip(1).All(char.IsAsciiHexDigitLower);
    }
}
