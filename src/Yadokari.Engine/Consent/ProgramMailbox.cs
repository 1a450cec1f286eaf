using System.Buffers.Binary;
using System.Text;
using Yadokari.Linux;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Consent;

/// <summary>
/// The part of a program's memory by which it and its daemon speak, so that no descriptor is open between them
/// (src/pms/mailbox.h has the layout). It moves with the program. Everything in it comes from outside: nothing is
/// believed but small numbers. Owns a handle on the process's memory. Thread-safe.
/// </summary>
public sealed class ProgramMailbox : IDisposable
{
    /// <summary>Where the C library puts it, unless something else is there.</summary>
    public static readonly RemoteAddress UsualAddress = new(0x1991_0000_0000);

    private const int HeadBytes = 96;
    private const int RequestOffset = 36;
    private const int BeatOffset = 40;
    private const int NumberOffset = 44;
    private const int FactsOffset = 64;
    private const int MovesOffset = 68;
    private const int OutcomeOffset = 76;
    private const int ArrivesOffset = 80;
    private const int ToldOffset = 84;
    private const int BornOffset = 88;
    private const int HostOffset = 128;
    private const int HostBytes = 128;
    private const int SocketOffset = 256;
    private const int SocketBytes = 256;
    private const int MessageOffset = 512;
    private const int MessageBytes = 448;
    private const int JobOffset = 960;
    private const int JobBytes = 64;
    private const int SizeOffset = 24;
    private const int FilesOffset = 1024;
    private const int FileBytes = 1024;
    private const int MaxFiles = 63;
    private const int FilePathOffset = 8;

    private static long _bytesSpoken;

    private readonly RemoteMemory _memory;
    private readonly RemoteAddress _address;

    private ProgramMailbox(int pid, RemoteMemory memory, RemoteAddress address)
    {
        Pid = pid;
        _memory = memory;
        _address = address;
    }

    private static ReadOnlySpan<byte> Magic => "yadokari pms 1\0\0"u8;

    public int Pid { get; }

    /// <summary>All that this process has said to programs and heard from them, in bytes.</summary>
    public static long BytesSpoken => Interlocked.Read(ref _bytesSpoken);

    /// <summary>The mailbox of a process, at the address that the process has told or at the usual one.</summary>
    /// <returns>Null when there is none: most programs know nothing of all this. Also when its memory may not be read.</returns>
    public static ProgramMailbox? TryOpen(int pid, ulong? address)
    {
        RemoteMemory memory;
        try
        {
            memory = new RemoteMemory(pid);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Gone, or not to be traced: whoever captures it says so.
            return null;
        }
        ProgramMailbox mailbox = new(pid, memory, address is { } told ? new RemoteAddress(told) : UsualAddress);
        if (mailbox.TryRead() is not null)
        {
            return mailbox;
        }
        mailbox.Dispose();
        return null;
    }

    /// <summary>Reads it; null when it is gone: the process has ended, or has become another program.</summary>
    public MailboxState? TryRead()
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        if (_memory.Read(_address, head) != HeadBytes || !head[..Magic.Length].SequenceEqual(Magic)
            || BinaryPrimitives.ReadUInt64LittleEndian(head[16..]) != _address.Value)
        {
            return null;
        }
        Interlocked.Add(ref _bytesSpoken, HeadBytes);
        return new MailboxState(
            Word(head, 32), (ProgramRequest)Word(head, RequestOffset), Word(head, NumberOffset), Word(head, 48) != 0, Word(head, 52),
            (int)Word(head, 56), (int)Word(head, 60), Word(head, MovesOffset), Word(head, 72), Word(head, ArrivesOffset));
    }

    /// <summary>Files that the program has opened by the library, by their descriptors: the absolute paths by which it did. Empty
    /// for a mailbox without a table of files (.NET).</summary>
    public IReadOnlyDictionary<int, ProgramFile> ReadFiles()
    {
        const uint travels = 2;
        Dictionary<int, ProgramFile> files = [];
        byte[] table = new byte[FilesOffset + (MaxFiles * FileBytes)];
        if (_memory.Read(_address, table) != table.Length || Word(table, SizeOffset) != table.Length)
        {
            return files;
        }
        for (int at = FilesOffset; at < table.Length; at += FileBytes)
        {
            ReadOnlySpan<byte> path = table.AsSpan(at + FilePathOffset, FileBytes - FilePathOffset);
            int end = path.IndexOf((byte)0);
            if (Word(table, at) == 0 || end <= 0 || path[0] != '/')
            {
                continue;
            }
            files[(int)Word(table, at + 4)] = new ProgramFile(KernelText.Decode(path[..end]), Word(table, at) == travels);
        }
        return files;
    }

    /// <summary>The name that a daemon gave the job; empty when none has. The program may have written anything there.</summary>
    public string ReadJob()
    {
        Span<byte> name = stackalloc byte[JobBytes];
        int length = _memory.Read(_address + JobOffset, name) == JobBytes ? name.IndexOf((byte)0) : 0;
        return KernelText.Decode(name[..Math.Max(0, length)]);
    }

    public void WriteRequest(ProgramRequest request) => WriteWord(RequestOffset, (uint)request);

    public void WriteNumber(uint number) => WriteWord(NumberOffset, number);

    public void WriteBeat(uint beat) => WriteWord(BeatOffset, beat);

    /// <summary>How a checkpoint that the program asked for ended: 1 done, −errno failed, with one line.</summary>
    public void WriteOutcome(int outcome, string message)
    {
        WriteText(MessageOffset, MessageBytes, message);
        WriteWord(OutcomeOffset, (uint)outcome);
    }

    /// <summary>While the process stands still: the number of its next arrival, and which process this is, so that one that is
    /// resumed from the image knows at once that it is another.</summary>
    public void WriteCaptured(MailboxState state)
    {
        WriteWord(ArrivesOffset, state.Moves + 1);
        Span<byte> born = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(born, ProcClock.StartTicksInside(Pid) ?? 0);
        Write(_address + BornOffset, born);
        WriteRequest(ProgramRequest.Captured);
    }

    /// <summary>Tells the program where it is.</summary>
    /// <param name="socket">Path of the daemon's socket; one that is too long is left out, and the program looks by itself.</param>
    /// <param name="job">Name of the job; one that is too long is left out.</param>
    /// <param name="moves">Its arrivals, this one counted.</param>
    public void WriteFacts(string host, string socket, string job, uint moves)
    {
        Span<byte> word = stackalloc byte[sizeof(uint)];
        _memory.ReadExactly(_address + FactsOffset, word);
        Interlocked.Add(ref _bytesSpoken, word.Length);
        uint facts = BinaryPrimitives.ReadUInt32LittleEndian(word);
        // Odd while it is written: the program reads again.
        WriteWord(FactsOffset, facts | 1);
        WriteText(HostOffset, HostBytes, host);
        WriteText(SocketOffset, SocketBytes, Encoding.UTF8.GetByteCount(socket) < SocketBytes ? socket : "");
        WriteText(JobOffset, JobBytes, Encoding.UTF8.GetByteCount(job) < JobBytes ? job : "");
        WriteWord(ToldOffset, moves);
        WriteWord(FactsOffset, (facts | 1) + 1);
    }

    public void WriteMoves(uint moves) => WriteWord(MovesOffset, moves);

    /// <summary>Wakes the program's listener. A signal that can't be sent costs only time: it looks by itself as well.</summary>
    public void Notify(MailboxState state)
    {
        if (state.Signal is <= 0 or > 64)
        {
            return;
        }
        try
        {
            if (state.Thread == 0)
            {
                Signals.Send(Pid, state.Signal);
            }
            else if (FindThread(state.Thread) is { } thread)
            {
                Signals.SendToThread(Pid, thread, state.Signal);
            }
        }
        catch (SystemCallException)
        {
            // Not permitted.
        }
    }

    public void Dispose() => _memory.Dispose();

    /// <summary>The thread that the program knows by this number: it may live in a pid namespace of its own.</summary>
    private int? FindThread(int own)
    {
        foreach (int thread in ProcTasks.Threads(Pid) ?? [])
        {
            if (ProcStatus.ReadThread(Pid, thread) is { NsPid: [.., int last] } && last == own)
            {
                return thread;
            }
        }
        return null;
    }

    private static uint Word(ReadOnlySpan<byte> head, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(head[offset..]);

    private void WriteWord(int offset, uint value)
    {
        Span<byte> word = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(word, value);
        Write(_address + (ulong)offset, word);
    }

    private void Write(RemoteAddress address, ReadOnlySpan<byte> bytes)
    {
        _memory.Write(address, bytes);
        Interlocked.Add(ref _bytesSpoken, bytes.Length);
    }

    private void WriteText(int offset, int room, string text)
    {
        Span<byte> bytes = new byte[room];
        ReadOnlySpan<byte> whole = Encoding.UTF8.GetBytes(text);
        whole[..Math.Min(whole.Length, room - 1)].CopyTo(bytes);
        Write(_address + (ulong)offset, bytes);
    }
}
