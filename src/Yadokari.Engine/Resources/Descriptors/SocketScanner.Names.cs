using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Sockets;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>Files that stand for the names of unix sockets.</content>
internal sealed partial class SocketScanner
{
    private static bool HasPath(byte[] address) => address.Length > 2 && address[2] != 0;

    /// <summary>The file that stands for a name.</summary>
    /// <param name="name">Null: it can't be made again. Of a file that was not found: as of one that is removed.</param>
    /// <returns>Why the job can't go on with it elsewhere; null: it can.</returns>
    private string? FindFile(OpenDescription description, SocketFacts facts, out UnixName? name)
    {
        name = null;
        string path = KernelText.Decode(facts.LocalAddress.AsSpan(2).TrimEnd((byte)0));
        bool relative = !path.StartsWith('/');
        UnixName gone = new(description.Status.Inode, facts.Type, path, null, null, null);
        FileStatus? now = relative ? paths.StatusAtWorkingDirectory(path) : paths.Status(path);
        if (now is { IsSocket: true } there && IsFileOf(description, there))
        {
            name = gone with { Owner = FileOwnerImage.Of(there), Directory = relative ? ProcMisc.WorkingDirectory(pid) : null };
            return null;
        }

        bool ofJob = now is { IsSocket: true } file
            && UnixSockets().Values.Any(other => other.FileInode != 0 && other.FileInode == (uint)file.Inode && shared.HasSocket(other.Inode));
        if (!relative && now is not null && !ofJob)
        {
            return $"its file {path} was removed or renamed, and now another one is there";
        }

        string? found = Locate(description, path, relative, out bool known);
        if (found is null)
        {
            name = gone;
            return known || !relative ? null
                : $"it is bound to {path}, relative to a directory that is not the working directory now, and its file was not found near what the job uses; root is told where it is";
        }

        if (paths.Status(found) is not { } elsewhere || !IsFileOf(description, elsewhere))
        {
            return $"its file {path} is {found} now, where no path of the job leads; remove it";
        }

        bool plain = relative && found.EndsWith("/" + path, StringComparison.Ordinal);
        name = gone with
        {
            Owner = FileOwnerImage.Of(elsewhere),
            Directory = !plain ? null : found.Length > path.Length + 1 ? found[..^(path.Length + 1)] : "/",
            RenamedTo = plain ? null : found,
        };
        return null;
    }

    /// <summary>Where the file is to which the name does not lead any more. The kernel tells root; for others it is looked for.</summary>
    /// <param name="known">It is certain that it is removed.</param>
    /// <returns>Null: it is removed, or was not found.</returns>
    private string? Locate(OpenDescription description, string path, bool relative, out bool known)
    {
        if (SocketFile.Find(description.Handle, out string link) is { } file)
        {
            known = file.Links == 0;
            return known ? null
                : link.EndsWith(Vma.RemovedSuffix, StringComparison.Ordinal) ? places.FindOther(file)
                : paths.Own(link);
        }

        known = false;
        return UnixSockets().TryGetValue((uint)description.Status.Inode, out UnixSocketFacts? facts)
            ? places.FindSocket(facts.FileDevice, facts.FileInode, path, frozen)
            : null;
    }

    /// <summary>Whether a file is the one that a unix socket is bound to.</summary>
    private bool IsFileOf(OpenDescription description, FileStatus file) =>
        UnixSockets().TryGetValue((uint)description.Status.Inode, out UnixSocketFacts? socket) && socket.FileInode != 0 && socket.FileInode == (uint)file.Inode;
}
