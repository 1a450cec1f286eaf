using Microsoft.Win32.SafeHandles;

namespace Yadokari.Linux.Descriptors;

/// <summary>Finds the data of a sparse file (lseek(2) with SEEK_DATA and SEEK_HOLE).</summary>
public static class SparseFile
{
    private const int SeekData = 3;
    private const int SeekHole = 4;
    private const int NoSuchDevice = 6;

    /// <summary>The runs of data up to a length, ascending. Moves the file's offset: give it a description of its own
    /// (<see cref="Descriptor.Reopen"/>), never one shared with a process.</summary>
    /// <exception cref="SystemCallException">The file system failed.</exception>
    public static IReadOnlyList<DataRun> FindData(SafeFileHandle file, long length)
    {
        List<DataRun> runs = [];
        long at = 0;
        while (at < length)
        {
            long start = LinuxCall.Invoke(SystemCall.Lseek, Descriptor.Number(file), (nint)at, SeekData);
            if (start == -NoSuchDevice)
            {
                break;
            }

            if (start == -Errno.EINVAL)
            {
                // This file system knows no holes: all of it is data.
                return [new DataRun(0, length)];
            }

            if (start < 0)
            {
                throw new SystemCallException("lseek(SEEK_DATA)", (int)-start);
            }

            if (start >= length)
            {
                break;
            }

            long end = LinuxCall.Check("lseek(SEEK_HOLE)", null, SystemCall.Lseek, Descriptor.Number(file), (nint)start, SeekHole);
            end = Math.Min(end, length);
            runs.Add(new DataRun(start, end - start));
            at = end;
        }

        GC.KeepAlive(file);
        return runs;
    }
}
