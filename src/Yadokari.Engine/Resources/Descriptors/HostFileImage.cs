namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A file as one kernel knows it between two boots: who finds this at a path has found the file itself, and not one of the
/// same name on another machine.</summary>
/// <param name="BootId">/proc/sys/kernel/random/boot_id.</param>
/// <param name="Device">st_dev.</param>
/// <param name="Inode">st_ino.</param>
public sealed record HostFileImage(string BootId, ulong Device, ulong Inode);
