using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Yadokari.Daemon.Hosting;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Services;

/// <summary>
/// Program folders by their content: a service runs from here, so what runs is what was started, whatever becomes of the
/// original folder, and a host that has a program once needs it no more. The name of a folder is the SHA-256 over its files,
/// sorted by path: <c>mode path NUL sha256 LF</c> each, mode x for executables.
/// </summary>
public sealed class ProgramStore(HomeDirectory home)
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int HashLength = 64;

    public static bool IsHash(string text) => text.Length == HashLength && text.All(char.IsAsciiHexDigitLower);

    public string PathOf(string hash) => Path.Combine(home.Programs, hash);

    public bool Has(string hash) => Directory.Exists(PathOf(hash));

    /// <summary>Takes the folder of a program.</summary>
    /// <param name="program">Absolute path of the executable in it.</param>
    /// <exception cref="YadoException">No such program, or too large.</exception>
    public (string Hash, long Bytes, string Executable) Import(string program)
    {
        if (!File.Exists(program))
        {
            throw new YadoException(YadoError.NotFound, $"cannot start '{program}': there is no such file");
        }
        string folder = Path.GetDirectoryName(program)!;
        string incoming = MakeIncoming();
        try
        {
            int count = 0;
            long bytes = 0;
            foreach (string file in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
            {
                bytes += new FileInfo(file).Length;
                if (++count > Limits.MaxProgramFiles || bytes > Limits.MaxProgramBytes)
                {
                    throw new YadoException(YadoError.WrongUsage, $"the folder {folder} holds more than a program: put the program into a folder of its own, as 'dotnet publish' does");
                }
                string copy = Path.Combine(incoming, Path.GetRelativePath(folder, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
            string hash = HashOf(incoming);
            Keep(incoming, hash);
            return (hash, bytes, Path.GetFileName(program));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new YadoException(YadoError.Failed, $"cannot copy the program folder {folder}: {failure.Message}", failure);
        }
        finally
        {
            Drop(incoming);
        }
    }

    /// <summary>Writes a folder as a tar archive.</summary>
    public async Task SendAsync(string hash, Stream destination, CancellationToken cancellation)
    {
        await using TarWriter archive = new(destination, TarEntryFormat.Pax, leaveOpen: true);
        foreach (string file in Files(PathOf(hash)))
        {
            await archive.WriteEntryAsync(file, Path.GetRelativePath(PathOf(hash), file), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a folder as a tar archive; it appears only when it is what its name says.</summary>
    /// <exception cref="YadoException">It is not, or too large; nothing is kept.</exception>
    public async Task ReceiveAsync(string hash, Stream source, CancellationToken cancellation)
    {
        string incoming = MakeIncoming();
        try
        {
            await ExtractAsync(source, incoming, cancellation).ConfigureAwait(false);
            string actual = HashOf(incoming);
            if (actual != hash)
            {
                throw new YadoException(YadoError.Refused, $"the program folder that arrived has the hash {actual} instead of {hash}: it was changed meanwhile, or damaged");
            }
            Keep(incoming, hash);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            throw new YadoException(YadoError.Refused, $"the program folder did not arrive: {failure.Message}", failure);
        }
        finally
        {
            Drop(incoming);
        }
    }

    /// <summary>Removes what was on its way when the daemon ended.</summary>
    public void Sweep()
    {
        foreach (string directory in Directory.Exists(home.Programs) ? Directory.EnumerateDirectories(home.Programs, "incoming-*") : [])
        {
            Drop(directory);
        }
    }

    private static async Task ExtractAsync(Stream source, string incoming, CancellationToken cancellation)
    {
        await using TarReader archive = new(source, leaveOpen: true);
        int count = 0;
        long bytes = 0;
        while (await archive.GetNextEntryAsync(copyData: false, cancellation).ConfigureAwait(false) is { } entry)
        {
            string path = Path.GetFullPath(Path.Combine(incoming, entry.Name));
            bytes += entry.Length;
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                || !path.StartsWith(incoming + "/", StringComparison.Ordinal)
                || ++count > Limits.MaxProgramFiles || bytes > Limits.MaxProgramBytes)
            {
                throw new InvalidDataException("the archive holds something else than the files of a program, or too many");
            }
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using FileStream file = new(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | (entry.Mode & AnyExecute),
            });
            if (entry.DataStream is { } data)
            {
                await data.CopyToAsync(file, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static string HashOf(string folder)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Files(folder))
        {
            using FileStream content = File.OpenRead(file);
            string mode = (File.GetUnixFileMode(file) & UnixFileMode.UserExecute) != 0 ? "x" : "-";
            hash.AppendData(Encoding.UTF8.GetBytes($"{mode} {Path.GetRelativePath(folder, file)}\0{Convert.ToHexStringLower(SHA256.HashData(content))}\n"));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).OrderBy(f => Path.GetRelativePath(folder, f), StringComparer.Ordinal);

    private string MakeIncoming()
    {
        string path = Path.Combine(home.Programs, $"incoming-{Guid.NewGuid():n}");
        Directory.CreateDirectory(home.Programs, OwnerOnly);
        Directory.CreateDirectory(path, OwnerOnly);
        return path;
    }

    private void Keep(string incoming, string hash)
    {
        if (!Has(hash))
        {
            try
            {
                Directory.Move(incoming, PathOf(hash));
            }
            catch (IOException) when (Has(hash))
            {
                // The same folder has just arrived by another way.
            }
        }
    }

    private static void Drop(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
