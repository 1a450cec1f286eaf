using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Yadokari.Linux.Descriptors;

/// <summary>Waits for several descriptors at once (poll(2)).</summary>
public sealed unsafe class PollSet
{
    // struct pollfd: s32 descriptor, s16 events, s16 results.
    private readonly List<ulong> _entries = [];

    public void Clear() => _entries.Clear();

    /// <param name="events">POLL* bits of <see cref="Descriptor"/>; error and hang-up are always waited for.</param>
    public void Add(SafeFileHandle file, short events) => _entries.Add((uint)(int)Descriptor.Number(file) | ((ulong)(ushort)events << 32));

    /// <summary>Returns when one of them is ready, or the time has passed. The handles must stay open meanwhile.</summary>
    public void Wait(TimeSpan timeout)
    {
        fixed (ulong* entries = CollectionsMarshal.AsSpan(_entries))
        {
            LinuxCall.Check("poll", null, SystemCall.Poll, (nint)entries, _entries.Count, (int)timeout.TotalMilliseconds);
        }
    }
}
