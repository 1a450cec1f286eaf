namespace Yadokari.Linux.Proc;

/// <summary>One lock held through a descriptor (proc_locks(5)).</summary>
/// <param name="Kind">How it was taken.</param>
/// <param name="Write">Exclusive, else shared.</param>
/// <param name="OwnerPid">Process that took it, in the reader's pid namespace; 0 outside it; −1 for a lock of a description.</param>
/// <param name="Start">First byte.</param>
/// <param name="End">Last byte, inclusive; null: to the end of the file however it grows.</param>
public readonly record struct FileLock(FileLockKind Kind, bool Write, int OwnerPid, long Start, long? End);
