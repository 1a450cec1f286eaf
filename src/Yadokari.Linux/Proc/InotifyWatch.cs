namespace Yadokari.Linux.Proc;

/// <summary>One watch of an inotify(7) instance.</summary>
/// <param name="Watch">Watch descriptor.</param>
/// <param name="Inode">Inode of the watched file.</param>
/// <param name="Device">Its device, in the kernel's own encoding.</param>
/// <param name="Mask">IN_* bits.</param>
/// <param name="Handle">How open_by_handle_at(2) calls the file, in hexadecimal; empty where the file system has no such name.</param>
/// <param name="HandleType">Kind of that.</param>
public readonly record struct InotifyWatch(int Watch, ulong Inode, ulong Device, uint Mask, string Handle = "", int HandleType = 0);
