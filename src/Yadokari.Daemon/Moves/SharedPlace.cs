using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux;
using Yadokari.Linux.Trusted;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <summary>
/// A directory that both hosts of a move see. The source writes the image there, once, and the target executes it where it lies:
/// nothing of it is sent. That the two mean the same directory is shown, not believed: the file begins with bytes that the offer
/// tells, and whoever does not find them there does not see it.
/// </summary>
internal static class SharedPlace
{
    private const int ProofLength = 32;

    /// <summary>Hexadecimal digits that nobody can guess.</summary>
    public static string NewProof() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(ProofLength));

    /// <summary>Where the image of a move lies in such a directory.</summary>
    public static string PathOf(string directory, string move) => Path.Combine(directory, $"yado-{move}.ctx");

    /// <summary>Null, or why nothing is put there, or executed, by this user.</summary>
    public static string? FindFault(string directory)
    {
        try
        {
            return Path.IsPathFullyQualified(directory)
                ? Directory.Exists(directory) ? TrustedPath.FindFault(directory) : $"{directory} is no directory here"
                : $"{directory} is not absolute";
        }
        catch (SystemCallException failure)
        {
            return failure.Message;
        }
    }

    /// <summary>At the source: a file that nobody else may read.</summary>
    /// <param name="proof">What it begins with until the image is written over it.</param>
    /// <exception cref="IOException">It can't be made.</exception>
    public static FileStream Create(string directory, string move, string proof)
    {
        FileStream file = new(PathOf(directory, move), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
        });
        try
        {
            RandomAccess.Write(file.SafeFileHandle, Convert.FromHexString(proof), 0);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>At the target: makes the image's own name lead to the file.</summary>
    /// <returns>Null when it does; else why the image has to be sent.</returns>
    public static string? Follow(MoveOffer offer, string image)
    {
        if (FindFault(offer.Via!) is { } fault)
        {
            return fault;
        }
        string path = PathOf(offer.Via!, offer.MoveId);
        try
        {
            byte[] found = new byte[ProofLength];
            using (SafeFileHandle file = File.OpenHandle(path, share: FileShare.ReadWrite))
            {
                if (RandomAccess.Read(file, found, 0) != ProofLength || Convert.ToHexStringLower(found) != offer.ViaProof)
                {
                    return $"{path} is another file here";
                }
            }
            if (TrustedPath.FindFault(path) is { } stranger)
            {
                return stranger;
            }
            File.CreateSymbolicLink(image, path);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SystemCallException)
        {
            return failure.Message;
        }
    }

    /// <summary>Whether an image's name leads to such a file.</summary>
    public static bool Leads(string image) => new FileInfo(image).LinkTarget is not null;

    /// <summary>Bytes of the file that the image's name leads to, as it is now: opened anew, so that what another host has written
    /// is seen (nfs(5), close-to-open).</summary>
    public static long LengthOf(string image)
    {
        using SafeFileHandle file = File.OpenHandle(image, share: FileShare.ReadWrite);
        return RandomAccess.GetLength(file);
    }

    /// <summary>Removes an image and, where its name leads elsewhere, what it leads to. Nothing happens when it is gone.</summary>
    public static void Delete(string image)
    {
        if (new FileInfo(image).LinkTarget is { } file)
        {
            File.Delete(file);
        }
        File.Delete(image);
    }
}
