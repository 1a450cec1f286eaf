namespace Yadokari.Protocol.Services;

/// <summary>
/// The commit point of a service's move: a symbolic link made once. symlink(2) fails when the name is taken, so of
/// daemon and instance only the first decides, whoever dies; the other one reads.
/// </summary>
public static class Decision
{
    /// <summary>The source serves on.</summary>
    public const string ServeOn = "serve-on";

    /// <summary>The service is the target's.</summary>
    public const string Moved = "moved";

    /// <summary>Decides, unless it is decided already.</summary>
    /// <returns>What is decided.</returns>
    /// <exception cref="IOException">It can neither be made nor read; nothing is decided.</exception>
    public static string Make(string path, string wanted)
    {
        try
        {
            File.CreateSymbolicLink(path, wanted);
            return wanted;
        }
        catch (IOException) when (Read(path) is not null)
        {
            return Read(path)!;
        }
    }

    /// <summary>What is decided; null: nothing yet.</summary>
    public static string? Read(string path) => new FileInfo(path).LinkTarget;
}
