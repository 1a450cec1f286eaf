using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Socket;

using Buckets = System.Collections.Generic.Dictionary<(ulong Device, ulong Inode, ulong RawDevice, int Counter), System.Collections.Generic.List<Yadokari.Engine.Resources.Descriptors.OpenDescription>>;

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

    /// <summary>It is a socket, and not just the file of one (O_PATH).</summary>
    public bool IsSocket => Status.IsSocket && (Flags & O_PATH) == 0;

    /// <summary>It is a unix socket with a name.</summary>
    public bool IsNamed => IsSocket && SocketQuery.Describe(Handle) is { Domain: AF_UNIX, LocalAddress.Length: > 2 };

    /// <summary>It was found to be an end of a pseudoterminal of the job.</summary>
    public bool IsOfTerminal { get; set; }

    /// <summary>It was found to be a POSIX message queue.</summary>
    public bool IsMessageQueue { get; set; }

    /// <summary>The master of a pseudoterminal.</summary>
    public bool IsPtyMaster => Status is { IsCharacterDevice: true, RawMajor: 5, RawMinor: 2 } && (Flags & 0x200000) == 0;

    /// <summary>An end of a named pipe (FIFO).</summary>
    public bool IsNamedPipe => Status.IsFifo && Link.StartsWith('/') && (Flags & 0x200000) == 0;

    /// <summary>What it leads to, where all that lead there make one obstacle: pipe, socket or terminal. Null: each stands for itself.</summary>
    public string? Cause => Status.IsFifo || Status.IsSocket ? $"{Status.Device}/{Status.Inode}" : Status.IsCharacterDevice ? $"device {Status.RawDevice}" : null;

    public int First => Numbers[0].Number;

    /// <summary>It waits in a message in a queue of the job to be received.</summary>
    public bool InFlight { get; private set; }

    /// <summary>And the process has no number for it.</summary>
    public bool OnlyInFlight => First == DescriptorNumber.NoneYet;

    /// <summary>What waits in it, when more comes with it than bytes; else null: that is looked at when it is needed.</summary>
    public IReadOnlyList<QueuedMessage>? Queue { get; private set; }

    /// <summary>The descriptors that come with messages of <see cref="Queue"/>, and the senders that it is told.</summary>
    public IReadOnlyList<(int Message, IReadOnlyList<OpenDescription> Descriptors)> Sent { get; private set; } = [];

    /// <summary>It is told who sends (SO_PASSCRED).</summary>
    private bool IsToldSenders => IsSocket && SocketQuery.GetOption(Handle, SOL_SOCKET, SO_PASSCRED) is > 0 && SocketQuery.Describe(Handle) is { Domain: AF_UNIX, Listening: false };

    /// <summary>What to call it before people.</summary>
    public string Label => OnlyInFlight ? "a descriptor in flight (SCM_RIGHTS)" : $"descriptor {First}";

    /// <summary>The lowest number among 0–2; −1 for none.</summary>
    public int StandardStream => First <= 2 ? First : -1;

    public void Dispose()
    {
        Handle.Dispose();
        foreach (SafeFileHandle copy in Queue?.SelectMany(message => message.Descriptors) ?? [])
        {
            copy.Dispose();
        }
    }

    /// <summary>
    /// Fetches every descriptor of a process and groups those that are one description. A descriptor that closes
    /// meanwhile is passed over. While one is held here the process can't close it: whoever reads from its pipe sees no end.
    /// </summary>
    /// <exception cref="EngineException">The process is gone or not ours.</exception>
    /// <param name="inFlight">The process stands still: also what waits to be received from its sockets.</param>
    public static List<OpenDescription> FetchAll(int pid, bool inFlight)
    {
        IReadOnlyList<int> numbers = ProcFdInfo.Numbers(pid) ?? throw Gone(pid);
        using SafeFileHandle process = PidFd.OpenForFetching(pid) ?? throw Gone(pid);
        List<OpenDescription> descriptions = new(numbers.Count);
        try
        {
            FetchAll(pid, process, numbers, descriptions, inFlight);
            return descriptions;
        }
        catch
        {
            descriptions.ForEach(static description => description.Dispose());
            throw;
        }
    }

    private static void FetchAll(int pid, SafeFileHandle process, IReadOnlyList<int> numbers, List<OpenDescription> descriptions, bool inFlight)
    {
        Buckets buckets = [];
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

            OpenDescription same = Add(handle, link, info, buckets, descriptions);
            same.Numbers.Add(new DescriptorNumber(number, info.CloseOnExec));
        }

        // It grows: a socket in flight may have a queue of its own.
        for (int i = 0; i < descriptions.Count && inFlight; i++)
        {
            if (descriptions[i].Info.DescriptorsInFlight > 0 || descriptions[i].IsToldSenders)
            {
                descriptions[i].TakeQueue(buckets, descriptions);
            }
        }
    }

    /// <param name="handle">Is taken over.</param>
    private static OpenDescription Add(SafeFileHandle handle, string link, ProcFdInfo info, Buckets buckets, List<OpenDescription> descriptions)
    {
        try
        {
            return Find(handle, link, info, buckets, descriptions);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static OpenDescription Find(SafeFileHandle handle, string link, ProcFdInfo info, Buckets buckets, List<OpenDescription> descriptions)
    {
        FileStatus status = FileStatus.Of(handle);
        // All eventfds have one inode, but each has a number of its own.
        (ulong, ulong, ulong, int) key = (status.Device, status.Inode, status.RawDevice, info.EventFd?.Id ?? -1);
        if (!buckets.TryGetValue(key, out List<OpenDescription>? bucket))
        {
            buckets.Add(key, bucket = []);
        }

        // The kernel's order of descriptions: so each is found in a few steps, however many there are.
        int at = bucket.BinarySearch(null!, Comparer<OpenDescription>.Create((left, _) => Kcmp.CompareFiles(left.Handle, handle)));
        if (at >= 0)
        {
            handle.Dispose();
            return bucket[at];
        }

        OpenDescription added = new(handle, status, Descriptor.GetFlags(handle), link, info);
        bucket.Insert(~at, added);
        descriptions.Add(added);
        return added;
    }

    /// <summary>Peeking gives copies of what waits: they tell the same as the process's own.</summary>
    private void TakeQueue(Buckets buckets, List<OpenDescription> descriptions)
    {
        Queue = SocketQueue.PeekAll(Handle);
        List<(int, IReadOnlyList<OpenDescription>)> sent = [];
        for (int i = 0; i < Queue.Count; i++)
        {
            List<OpenDescription> together = [];
            foreach (SafeFileHandle copy in Queue[i].Descriptors)
            {
                int own = (int)copy.DangerousGetHandle();
                string? link = ProcFdInfo.Link(Environment.ProcessId, own);
                ProcFdInfo? info = ProcFdInfo.Read(Environment.ProcessId, own);
                OpenDescription one = Add(copy, link!, info!, buckets, descriptions);
                one.InFlight = true;
                if (one.Numbers.Count == 0)
                {
                    one.Numbers.Add(new DescriptorNumber(DescriptorNumber.NoneYet, CloseOnExec: true));
                }

                together.Add(one);
            }

            if (together.Count > 0 || Queue[i].Credentials is not null)
            {
                sent.Add((i, together));
            }
        }

        Sent = sent;
    }

    private static EngineException Gone(int pid) => new(EngineError.NoSuchProcess, $"process {pid} has ended");
}
