using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Sockets;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>One open file description of the process under scan, held by a fetched descriptor.</summary>
internal sealed class OpenDescription(SafeFileHandle handle, FileStatus status, int flags, string link, ProcFdInfo info) : IDisposable
{
    public SafeFileHandle Handle { get; } = handle;

    public FileStatus Status { get; } = status;

    /// <summary>F_GETFL.</summary>
    public int Flags { get; } = flags;

    /// <summary>What /proc/PID/fd/N reads.</summary>
    public string Link { get; } = link;

    public ProcFdInfo Info { get; } = info;

    public List<DescriptorNumber> Numbers { get; } = [];

    /// <summary>It was found to be an end of a TCP connection inside the job.</summary>
    public bool IsConnection { get; set; }

    /// <summary>It is a unix socket with a name.</summary>
    public bool IsNamed => Status.IsSocket && SocketQuery.Describe(Handle) is { Domain: SocketFacts.Unix, LocalAddress.Length: > 2 };

    /// <summary>It was found to be an end of a pseudoterminal of the job.</summary>
    public bool IsOfTerminal { get; set; }

    /// <summary>The master of a pseudoterminal.</summary>
    public bool IsPtyMaster => Status is { IsCharacterDevice: true, RawMajor: 5, RawMinor: 2 } && (Flags & 0x200000) == 0;

    /// <summary>An end of a named pipe (FIFO).</summary>
    public bool IsNamedPipe => Status.IsFifo && Link.StartsWith('/') && (Flags & 0x200000) == 0;

    public int First => Numbers[0].Number;

    /// <summary>The lowest number among 0–2; −1 for none.</summary>
    public int StandardStream => First <= 2 ? First : -1;

    public void Dispose() => Handle.Dispose();

    /// <summary>
    /// Fetches every descriptor of a process and groups those that are one description. A descriptor that closes
    /// meanwhile is passed over.
    /// </summary>
    /// <exception cref="EngineException">The process is gone or not ours.</exception>
    public static List<OpenDescription> FetchAll(int pid)
    {
        IReadOnlyList<int> numbers = ProcFdInfo.Numbers(pid) ?? throw Gone(pid);
        using SafeFileHandle process = PidFd.Open(pid) ?? throw Gone(pid);
        List<OpenDescription> descriptions = new(numbers.Count);
        Dictionary<(ulong Device, ulong Inode, ulong RawDevice, int Counter), List<OpenDescription>> buckets = [];
        foreach (int number in numbers)
        {
            string? link = ProcFdInfo.Link(pid, number);
            ProcFdInfo? info = ProcFdInfo.Read(pid, number);
            SafeFileHandle? handle = PidFd.Fetch(process, number);
            if (link is null || info is null || handle is null)
            {
                handle?.Dispose();
                continue;
            }

            FileStatus status = FileStatus.Of(handle);
            // All eventfds have one inode, but each has a number of its own.
            (ulong, ulong, ulong, int) key = (status.Device, status.Inode, status.RawDevice, info.EventFd?.Id ?? -1);
            if (!buckets.TryGetValue(key, out List<OpenDescription>? bucket))
            {
                buckets.Add(key, bucket = []);
            }

            // The kernel's order of descriptions: so each is found in a few steps, however many there are.
            int at = bucket.BinarySearch(null!, Comparer<OpenDescription>.Create((left, _) => Kcmp.CompareFiles(left.Handle, handle)));
            OpenDescription same;
            if (at < 0)
            {
                same = new OpenDescription(handle, status, Descriptor.GetFlags(handle), link, info);
                bucket.Insert(~at, same);
                descriptions.Add(same);
            }
            else
            {
                same = bucket[at];
                handle.Dispose();
            }

            same.Numbers.Add(new DescriptorNumber(number, info.CloseOnExec));
        }

        return descriptions;
    }

    private static EngineException Gone(int pid) => new(EngineError.NoSuchProcess, $"process {pid} has ended");
}
