using Microsoft.Win32.SafeHandles;
using static Yadokari.Linux.Abi.Mman;

namespace Yadokari.Linux.Memory;

/// <summary>
/// The first bytes of a file as memory, with room on the disk and pages in memory taken in advance, so that filling them
/// later costs one copy and can't run out of space. The file stays as long as was reserved: its owner cuts it.
/// While it is mapped the file counts as open for writing. Spans of it must not outlive it.
/// </summary>
public sealed unsafe class MappedFile : IDisposable
{
    private const int ReadWrite = PROT_READ | PROT_WRITE;

    private byte* _start;

    private MappedFile(byte* start, long length)
    {
        _start = start;
        Length = length;
    }

    /// <summary>Bytes mapped, from the file's first.</summary>
    public long Length { get; }

    /// <summary>Takes the room and maps it; null where the file system can't promise room, has not enough, or memory is short.</summary>
    /// <param name="file">Open for reading and writing.</param>
    /// <param name="length">Bytes, a multiple of the page size.</param>
    public static MappedFile? TryReserve(SafeFileHandle file, long length)
    {
        nint descriptor = Descriptors.Descriptor.Number(file);
        if (LinuxCall.Invoke(SystemCall.Fallocate, descriptor, 0, 0, (nint)length) < 0)
        {
            return null;
        }

        long address = LinuxCall.Invoke(SystemCall.Mmap, 0, (nint)length, ReadWrite, MAP_SHARED, descriptor, 0);
        GC.KeepAlive(file);
        if (address < 0)
        {
            return null;
        }

        MappedFile mapped = new((byte*)address, length);
        if (LinuxCall.Invoke(SystemCall.Madvise, (nint)address, (nint)length, MADV_POPULATE_WRITE) < 0)
        {
            mapped.Dispose();
            return null;
        }

        mapped.Touch();
        return mapped;
    }

    /// <summary>Bytes of the file; empty when they are not all mapped.</summary>
    public Span<byte> Window(long offset, int length) =>
        _start != null && offset >= 0 && length >= 0 && offset <= Length - length ? new Span<byte>(_start + offset, length) : default;

    /// <summary>Under hypervisors that shadow page tables a page costs as much again when it is first touched through the mapping,
    /// and once more when the kernel does it: each has tables of its own.</summary>
    private void Touch()
    {
        for (long at = 0; at < Length; at += RemoteAddress.PageSize)
        {
            Volatile.Write(ref _start[at], 0);
        }

        if (!File.Exists("/dev/zero"))
        {
            return;
        }

        using SafeFileHandle zeros = File.OpenHandle("/dev/zero");
        for (long at = 0; at < Length;)
        {
            // The mapping ends where it was asked to, however much the kernel can read at once.
            at += RandomAccess.Read(zeros, new Span<byte>(_start + at, (int)Math.Min(Length - at, 1 << 20)), 0);
        }
    }

    public void Dispose()
    {
        if (_start != null)
        {
            LinuxCall.Invoke(SystemCall.Munmap, (nint)_start, (nint)Length);
            _start = null;
        }
    }
}
