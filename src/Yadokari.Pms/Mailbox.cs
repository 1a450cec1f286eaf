using System.Runtime.InteropServices;
using System.Text;

namespace Yadokari.Pms;

/// <summary>
/// The part of this program's memory by which it and its daemon speak (src/pms/mailbox.h has the layout). A pinned array:
/// the daemon finds it where it was told, for as long as the process lives, on every host. Thread-safe.
/// </summary>
internal sealed class Mailbox
{
    public const int None = 0;
    public const int Asked = 1;
    public const int Captured = 2;

    private const int Bytes = 1024;
    private const int HoldsWord = 32 / 4;
    private const int RequestWord = 36 / 4;
    private const int BeatWord = 40 / 4;
    private const int NumberWord = 44 / 4;
    private const int ListensWord = 48 / 4;
    private const int ReadyWord = 52 / 4;
    private const int SignalWord = 60 / 4;
    private const int FactsWord = 64 / 4;
    private const int MovesWord = 68 / 4;
    private const int CheckpointWord = 72 / 4;
    private const int OutcomeWord = 76 / 4;
    private const int ArrivesWord = 80 / 4;
    private const int ToldWord = 84 / 4;
    private const int BornPlace = 88;

    private readonly int[] _words = GC.AllocateArray<int>(Bytes / sizeof(int), pinned: true);

    /// <param name="born">Start time of this process.</param>
    public Mailbox(ulong born)
    {
        Address = (ulong)Marshal.UnsafeAddrOfPinnedArrayElement(_words, 0);
        Span<byte> bytes = MemoryMarshal.AsBytes(_words.AsSpan());
        BitConverter.TryWriteBytes(bytes[16..], Address);
        BitConverter.TryWriteBytes(bytes[24..], Bytes);
        BitConverter.TryWriteBytes(bytes[BornPlace..], born);
        // Last: from now on it is one.
        "yadokari pms 1\0\0"u8.CopyTo(bytes);
    }

    public ulong Address { get; }

    public int Holds => Volatile.Read(ref _words[HoldsWord]);

    public int Request => Volatile.Read(ref _words[RequestWord]);

    public int Beat => Volatile.Read(ref _words[BeatWord]);

    public int Number => Volatile.Read(ref _words[NumberWord]);

    public int Moves => Volatile.Read(ref _words[MovesWord]);

    /// <summary>0 open, 1 done, −errno.</summary>
    public int Outcome => Volatile.Read(ref _words[OutcomeWord]);

    /// <summary>Start time of the process, as the daemon saw it when it captured it, give or take a tick; 0: not known.</summary>
    public ulong Born => BitConverter.ToUInt64(MemoryMarshal.AsBytes(_words.AsSpan())[BornPlace..]);

    public string Message => Text(512, 448);

    /// <summary>Name of the host; empty when no daemon has told it since the last arrival.</summary>
    public string Host
    {
        get
        {
            while (true)
            {
                int facts = Volatile.Read(ref _words[FactsWord]);
                string host = IsTold ? Text(128, 128) : "";
                // Odd while the daemon writes.
                if (facts % 2 == 0 && facts == Volatile.Read(ref _words[FactsWord]))
                {
                    return host;
                }
                Thread.Yield();
            }
        }
    }

    /// <summary>Path of the local daemon's socket; empty when no daemon has told it since the last arrival.</summary>
    public string Socket => IsTold ? Text(256, 256) : "";

    private bool IsTold => Volatile.Read(ref _words[ToldWord]) == Moves;

    public void Enter() => Interlocked.Increment(ref _words[HoldsWord]);

    public void Leave() => Interlocked.Decrement(ref _words[HoldsWord]);

    public void Listen(int signal)
    {
        Volatile.Write(ref _words[SignalWord], signal);
        Volatile.Write(ref _words[ListensWord], 1);
    }

    public void SayReady(int number) => Volatile.Write(ref _words[ReadyWord], number);

    public int BeginCheckpoint()
    {
        Volatile.Write(ref _words[OutcomeWord], 0);
        return Interlocked.Increment(ref _words[CheckpointWord]);
    }

    /// <summary>Takes a request back whose daemon is gone. True for the one caller that did it.</summary>
    public bool TakeBack(int request) => Interlocked.CompareExchange(ref _words[RequestWord], None, request) == request;

    /// <summary>This was resumed where no daemon took part: where it is, is not known any more. A daemon that is told of it does
    /// the same.</summary>
    /// <returns>True for the one caller that did it.</returns>
    public bool Arrive()
    {
        Volatile.Write(ref _words[MovesWord], Volatile.Read(ref _words[ArrivesWord]));
        return TakeBack(Captured);
    }

    private string Text(int offset, int room)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(_words.AsSpan()).Slice(offset, room);
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
