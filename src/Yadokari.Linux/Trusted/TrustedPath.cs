using Yadokari.Linux.Descriptors;

namespace Yadokari.Linux.Trusted;

/// <summary>
/// Whether a path means what its user means by it: what it leads to, every directory and every symbolic link on the way
/// belong to that user or to root, and nobody else may change them. Then nobody else can put another file in its place
/// either, now or between this look and the use.
/// <code>
/// /            root, 0755            nobody else may write: entries are what root made them
/// /tmp         root, 1777            sticky: everybody may add, only owners rename or remove
/// /tmp/work    the user's, 0755      so this entry stays the user's
/// /tmp/work/x  another user's        fault
/// </code>
/// A directory that others may write is a fault unless it is sticky and not the end of the path. A group whose only member is
/// the user (<see cref="PrivateGroup"/>) is no other. Access control lists show as the group's permissions.
/// Everything is looked at anew each time: nothing is remembered.
/// </summary>
public static class TrustedPath
{
    private const uint GroupMayWrite = 0x10; // S_IWGRP
    private const uint AllMayWrite = 0x2; // S_IWOTH
    private const uint Sticky = 0x200; // S_ISVTX
    private const int MostLinks = 40; // as the kernel follows (path_resolution(7))

    /// <summary>Of the caller: its effective user.</summary>
    /// <param name="path">Absolute. Where a part of it is not there, the rest is not looked at.</param>
    /// <returns>Null when it can be trusted; else why not, and what to do, for the end of a sentence.</returns>
    /// <exception cref="SystemCallException">A directory on the way can't be searched, or another error.</exception>
    public static string? FindFault(string path) => FindFault(path, CurrentUser.Effective);

    /// <param name="path">Absolute. Where a part of it is not there, the rest is not looked at.</param>
    /// <param name="user">Who wants to trust it.</param>
    /// <returns>Null when it can be trusted; else why not.</returns>
    /// <exception cref="SystemCallException">A directory on the way can't be searched, or another error.</exception>
    public static string? FindFault(string path, uint user)
    {
        if (!path.StartsWith('/'))
        {
            throw new ArgumentException($"{path} is not absolute", nameof(path));
        }

        Stack<string> ahead = new(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        Stack<string> behind = new();
        int links = 0;
        string at = "/";
        while (true)
        {
            if (FileStatus.AtPath(at, followLink: false) is not { } status)
            {
                return null;
            }

            bool isEnd = ahead.Count == 0 && !status.IsSymbolicLink;
            if (FaultOf(at, status, user, isEnd) is { } fault)
            {
                return fault;
            }

            if (status.IsSymbolicLink)
            {
                if (++links > MostLinks)
                {
                    return $"{path} leads through too many symbolic links";
                }

                string target = new FileInfo(at).LinkTarget ?? "";
                behind.Pop();
                if (target.StartsWith('/'))
                {
                    behind.Clear();
                }

                foreach (string part in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                {
                    ahead.Push(part);
                }
            }

            if (!Step(ahead, behind) && isEnd)
            {
                return null;
            }

            at = "/" + string.Join('/', behind.Reverse());
        }
    }

    /// <summary>Goes on to the next part of the path.</summary>
    private static bool Step(Stack<string> ahead, Stack<string> behind)
    {
        if (!ahead.TryPop(out string? part))
        {
            return false;
        }

        if (part == "..")
        {
            behind.TryPop(out _);
        }
        else if (part != ".")
        {
            behind.Push(part);
        }

        return true;
    }

    private static string? FaultOf(string at, FileStatus status, uint user, bool isEnd)
    {
        bool isOwn = status.Uid == 0 || status.Uid == user;
        if (!isOwn && !(!isEnd && UserNamespace.IsUnmapped(status.Uid)))
        {
            return $"{at} belongs to user {status.Uid}, who could put anything there";
        }

        // The permissions of a link are never asked.
        if (status.IsSymbolicLink)
        {
            return null;
        }

        bool isProtected = status.IsDirectory && !isEnd && (status.Permissions & Sticky) != 0;
        if (isProtected)
        {
            return null;
        }

        if ((status.Permissions & AllMayWrite) != 0)
        {
            return $"everybody may write {at} (chmod o-w {at})";
        }

        return (status.Permissions & GroupMayWrite) != 0 && !PrivateGroup.IsOf(user, status.Gid)
            ? $"group {status.Gid} may write {at} (chmod g-w {at})"
            : null;
    }
}
