using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Proc;

namespace Yadokari.Linux.Descriptors;

/// <summary>What a terminal tells of itself, and whose it is (ioctl_tty(2)).</summary>
public static unsafe class Terminal
{
    /// <summary>Bytes of the kernel's struct termios: four u32 of flags, u8 line discipline, u8 characters[19].</summary>
    public const int SettingsLength = 36;

    private const nint GetSettingsRequest = 0x5401; // TCGETS
    private const nint GetForegroundGroup = 0x540F; // TIOCGPGRP
    private const nint GetWaitingRequest = 0x541B;  // FIONREAD
    private const nint GetWindowRequest = 0x5413;   // TIOCGWINSZ
    private const nint SetSettingsRequest = 0x5402; // TCSETS
    private const nint SetWindowRequest = 0x5414;   // TIOCSWINSZ

    /// <summary>The kernel's struct termios.</summary>
    /// <returns>Null for what is no terminal, or one whose other side has hung up.</returns>
    public static byte[]? GetSettings(SafeFileHandle terminal)
    {
        byte[] settings = new byte[SettingsLength];
        long result;
        fixed (byte* start = settings)
        {
            result = LinuxCall.Invoke(SystemCall.Ioctl, Descriptor.Number(terminal), GetSettingsRequest, (nint)start);
        }

        GC.KeepAlive(terminal);
        return result < 0 ? null : settings;
    }

    /// <summary>Rows and columns of the window.</summary>
    /// <returns>Null for what is no terminal.</returns>
    public static (int Rows, int Columns)? GetWindowSize(SafeFileHandle terminal)
    {
        byte[]? size = GetWindow(terminal);
        return size is null ? null : (BinaryPrimitives.ReadUInt16LittleEndian(size), BinaryPrimitives.ReadUInt16LittleEndian(size.AsSpan(2)));
    }

    /// <summary>struct winsize: u16 rows, columns, and both in pixels.</summary>
    /// <returns>Null for what is no terminal.</returns>
    public static byte[]? GetWindow(SafeFileHandle terminal)
    {
        byte[] size = new byte[8];
        long result;
        fixed (byte* start = size)
        {
            result = LinuxCall.Invoke(SystemCall.Ioctl, Descriptor.Number(terminal), GetWindowRequest, (nint)start);
        }

        GC.KeepAlive(terminal);
        return result < 0 ? null : size;
    }

    /// <summary>Bytes that a program could read now: of whole lines only, where it gathers lines.</summary>
    /// <returns>Null for what is no terminal, or has hung up.</returns>
    public static int? GetWaiting(SafeFileHandle terminal)
    {
        int bytes = 0;
        long result = LinuxCall.Invoke(SystemCall.Ioctl, Descriptor.Number(terminal), GetWaitingRequest, (nint)(&bytes));
        GC.KeepAlive(terminal);
        return result < 0 ? null : bytes;
    }

    /// <summary>Sets it at once; what waits in it stays.</summary>
    /// <param name="settings">The kernel's struct termios, <see cref="SettingsLength"/> bytes.</param>
    /// <returns>False for what is no terminal, or has hung up.</returns>
    public static bool SetSettings(SafeFileHandle terminal, ReadOnlySpan<byte> settings)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(settings.Length, SettingsLength);
        long result;
        fixed (byte* start = settings)
        {
            result = LinuxCall.Invoke(SystemCall.Ioctl, Descriptor.Number(terminal), SetSettingsRequest, (nint)start);
        }

        GC.KeepAlive(terminal);
        return result == 0;
    }

    /// <summary>Its foreground group is told (SIGWINCH) when that is another size than before.</summary>
    /// <returns>False for what is no terminal, or has hung up.</returns>
    public static bool SetWindowSize(SafeFileHandle terminal, int rows, int columns)
    {
        Span<byte> size = stackalloc byte[8];
        size.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(size, (ushort)rows);
        BinaryPrimitives.WriteUInt16LittleEndian(size[2..], (ushort)columns);
        long result;
        fixed (byte* start = size)
        {
            result = LinuxCall.Invoke(SystemCall.Ioctl, Descriptor.Number(terminal), SetWindowRequest, (nint)start);
        }

        GC.KeepAlive(terminal);
        return result == 0;
    }

    /// <summary>The stream is the controlling terminal, and another process group reads it: who reads it now would be stopped.</summary>
    public static bool IsOfAnotherGroup(int stream)
    {
        int group = 0;
        long result = LinuxCall.Invoke(SystemCall.Ioctl, stream, GetForegroundGroup, (nint)(&group));
        return result == 0 && ProcStat.Read(Environment.ProcessId) is { } self && group != self.ProcessGroup;
    }
}
