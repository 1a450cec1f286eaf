namespace Yadokari.Engine.Resources.Memory;

/// <summary>What a path leads to for the process (its own root and mounts).</summary>
internal static class FileFacts
{
    /// <summary>Length in bytes; false when there is no such regular file.</summary>
    public static bool TryLength(int pid, string path, out long length)
    {
        FileInfo file = new($"/proc/{pid}/root{path}");
        length = file.Exists ? file.Length : 0;
        return file.Exists;
    }
}
