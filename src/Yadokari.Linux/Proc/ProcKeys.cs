using System.Text;

namespace Yadokari.Linux.Proc;

/// <summary>/proc/keys (keyrings(7)): the keys that its reader may view.</summary>
public static class ProcKeys
{
    private const string Path = "/proc/keys";

    /// <summary>Whether a process or thread of a user has a keyring of its own; true when nobody tells. The user may view it, and nobody else:
    /// not root either, who looks as that user.</summary>
    /// <param name="uid">The real user.</param>
    public static bool HasOwnKeyrings(uint uid)
    {
        // Of this thread only, and back before anything else is done.
        long before = LinuxCall.Invoke(SystemCall.Setfsuid, (nint)uid);
        try
        {
            return !File.Exists(Path) || HasOwnKeyrings(File.ReadAllText(Path, Encoding.Latin1), uid);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return true;
        }
        finally
        {
            LinuxCall.Invoke(SystemCall.Setfsuid, (nint)before);
        }
    }

    /// <param name="text">Of the file: "2bb7c3f3 I--Q---     1 perm 3f010000  1000  1000 keyring   _pid: 1".</param>
    internal static bool HasOwnKeyrings(string text, uint uid)
    {
        foreach (string line in text.Split('\n'))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, _, _, var owner, _, "keyring", var name, ..]
                && uint.TryParse(owner, out uint user) && user == uid && name is "_pid:" or "_tid:")
            {
                return true;
            }
        }

        return false;
    }
}
