namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>One watch of an inotify.</summary>
/// <param name="Watch">Its number (watch descriptor).</param>
/// <param name="Path">A path that leads to what it watches.</param>
/// <param name="Mask">IN_* bits of inotify_add_watch(2).</param>
public sealed record InotifyWatchImage(int Watch, string Path, uint Mask)
{
    /// <summary>It watches a removed file that its process has open: the path leads there by the descriptor's number.</summary>
    public bool ByDescriptor { get; init; }
}
