using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Scheduling.Choosing;

namespace Yadokari.Daemon.Scheduling;

/// <summary>
/// Whose a program is that another host names as the policy. That host may start programs of the daemon's user here anyway
/// (hosts of a cluster trust each other), but it cannot know who else is a user of this host: a path that is right on its
/// own disk may lead here to what a stranger has put there.
/// </summary>
public static class ProgramOwner
{
    private const uint AllMayWrite = 0x2; // S_IWOTH
    private const uint Sticky = 0x200; // S_ISVTX: only the owner of a file removes or renames it

    /// <summary>The program and the directory it lies in belong to the daemon's user or root, and not everybody may write
    /// them (a sticky directory everybody may). A program that is not there is told when it is started.</summary>
    /// <exception cref="PolicyChoiceException">A stranger may have put it there.</exception>
    public static void Require(string path)
    {
        try
        {
            string real = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
            FileStatus? program = FileStatus.AtPath(real);
            FileStatus? directory = FileStatus.AtPath(Path.GetDirectoryName(real) is { Length: > 0 } parent ? parent : "/");
            if (program is { } file && directory is { } place
                && (!IsOwn(file) || (file.Permissions & AllMayWrite) != 0 || !IsOwn(place) || (place.Permissions & (AllMayWrite | Sticky)) == AllMayWrite))
            {
                throw Refused(path);
            }
        }
        catch (Exception failure) when (failure is SystemCallException or IOException or UnauthorizedAccessException)
        {
            throw Refused(path);
        }
    }

    private static bool IsOwn(FileStatus file) => file.Uid == 0 || file.Uid == CurrentUser.Effective;

    private static PolicyChoiceException Refused(string path) => new(
        $"the policy program {path} is not taken from another host: on this one a stranger may have put it there; "
        + "give it and its directory to the daemon's user, or choose it here with 'yado policy'");
}
