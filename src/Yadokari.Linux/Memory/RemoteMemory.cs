using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Native;
using Yadokari.Linux.Proc;

namespace Yadokari.Linux.Memory;

/// <summary>
/// The memory of another process. Reads go by process_vm_readv (fast, any thread), and where that fails
/// (PROT_NONE, write-only and execute-only pages) by /proc/PID/mem, which looks past the protection.
/// </summary>
public sealed unsafe class RemoteMemory : IDisposable
{
    private readonly int _pid;
    private int _witness;
    private SafeFileHandle _mem;

    public RemoteMemory(int pid)
    {
        _pid = pid;
        _mem = Open(pid, out _witness);
    }

    /// <summary>The memory that it has now: what was opened is that of the program before an exec.</summary>
    /// <exception cref="IOException">It has ended.</exception>
    public void Reopen()
    {
        SafeFileHandle before = _mem;
        _mem = Open(_pid, out _witness);
        before.Dispose();
    }

    /// <summary>Pages that the process has in common with a relative (copy on write) stay so when they are read.
    /// process_vm_readv pins a page, and the kernel copies a shared one before it is pinned.</summary>
    public bool KeepsSharing { get; set; }

    /// <summary>Reads exactly that many bytes, or fewer when memory ends (unmapped, or past the end of a mapped file).</summary>
    /// <returns>Bytes read from the start of the range without a gap.</returns>
    public int Read(RemoteAddress address, Span<byte> buffer)
    {
        int done = 0;
        fixed (byte* pointer = buffer)
        {
            while (done < buffer.Length)
            {
                IoVector local = new() { Base = (ulong)(pointer + done), Length = (ulong)(buffer.Length - done) };
                IoVector remote = new() { Base = address.Value + (ulong)done, Length = local.Length };
                nint got = KeepsSharing
                    ? (nint)LibC.Syscall((long)SystemCall.Pread64, _mem.DangerousGetHandle(), (long)local.Base, (long)local.Length, (long)remote.Base, 0, 0)
                    : LibC.ProcessVmRead(_witness, &local, 1, &remote, 1, 0);
                if (got <= 0)
                {
                    got = ReadPastProtection(address + (ulong)done, buffer[done..]);
                    if (got <= 0)
                    {
                        break;
                    }
                }

                done += (int)got;
            }
        }

        return done;
    }

    /// <summary>Reads all of it.</summary>
    /// <exception cref="SystemCallException">EFAULT: a part is not there.</exception>
    public void ReadExactly(RemoteAddress address, Span<byte> buffer)
    {
        if (Read(address, buffer) != buffer.Length)
        {
            throw new SystemCallException("process_vm_readv", Errno.EFAULT, $"{address} of {_pid}");
        }
    }

    /// <summary>Reads 8 bytes. Not generic: what is generic over the framework's types isn't compiled ahead.</summary>
    public ulong ReadUInt64(RemoteAddress address)
    {
        ulong value;
        ReadExactly(address, new Span<byte>(&value, sizeof(ulong)));
        return value;
    }

    /// <summary>Reads a structure.</summary>
    public T Read<T>(RemoteAddress address)
        where T : unmanaged
    {
        T value;
        ReadExactly(address, new Span<byte>(&value, sizeof(T)));
        return value;
    }

    /// <summary>Writes all of it, past the protection of the pages (a private page is copied first).</summary>
    /// <exception cref="SystemCallException">ESRCH: the process has ended. EIO: a part is not there.</exception>
    public void Write(RemoteAddress address, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                long wrote = LibC.Syscall(
                    (long)SystemCall.Pwrite64, _mem.DangerousGetHandle(), (long)(pointer + done), bytes.Length - done, (long)(address.Value + (ulong)done), 0, 0);
                int errno = wrote < 0 ? Marshal.GetLastPInvokeError() : Errno.ESRCH;
                if (errno == Errno.EINTR)
                {
                    continue;
                }

                if (wrote <= 0)
                {
                    // Not RandomAccess.Write: the kernel writes 0 bytes once the memory is gone (mem_rw), which that would try for ever.
                    throw new SystemCallException("write to memory", errno, $"{address} of {_pid}");
                }

                done += (int)wrote;
            }
        }
    }

    public void Dispose() => _mem.Dispose();

    /// <remarks>Asynchronous off, no buffering: plain pread/pwrite on the descriptor.</remarks>
    private static SafeFileHandle Open(int pid, out int witness)
    {
        witness = ProcTasks.Witness(pid);
        return File.OpenHandle($"/proc/{witness}/mem", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    private int ReadPastProtection(RemoteAddress address, Span<byte> buffer)
    {
        // One page at a time: a longer read that meets a hole reports EIO for the whole of it.
        ulong toPageEnd = RemoteAddress.PageSize - (address.Value & (RemoteAddress.PageSize - 1));
        int length = (int)Math.Min((ulong)buffer.Length, toPageEnd);
        fixed (byte* pointer = buffer)
        {
            long got = LibC.Syscall((long)SystemCall.Pread64, _mem.DangerousGetHandle(), (long)pointer, length, (long)address.Value, 0, 0);
            return (int)got;
        }
    }
}
