namespace Yadokari.Engine.Resources.Memory;

/// <summary>A context of asynchronous input and output (io_setup(2)), whose requests have all been done.</summary>
/// <param name="Start">Its id: the address of its ring of events, which is one of the <see cref="MemoryImage.Mappings"/>.</param>
/// <param name="Head">Number of the next event that the program takes.</param>
/// <param name="Tail">Number of the next that the kernel puts.</param>
/// <param name="Events">Those that the program has not taken yet, each a struct io_event, the oldest first.</param>
public sealed record AioContextImage(ulong Start, uint Head, uint Tail, byte[] Events)
{
    /// <summary>Bytes of a struct io_event (linux/aio_abi.h).</summary>
    public const int EventLength = 32;

    /// <summary>Bytes of a ring before its first event (struct aio_ring, fs/aio.c), and where in them stands for how many it has room, and
    /// the two numbers.</summary>
    public const int HeaderLength = 32;

    internal const int RoomOffset = 4;
    internal const int HeadOffset = 8;
    internal const int TailOffset = 12;

    /// <summary>Where in a request (struct iocb, linux/aio_abi.h) stands what is to be done.</summary>
    internal const int OpcodeOffset = 16;

    /// <summary>Bytes of the longest ring that is read from a file: more events than the kernel permits a host all in all, as a rule.</summary>
    public const ulong MaxLength = 64UL << 20;

    /// <summary>Events for which a ring of so many bytes has room.</summary>
    public static uint Room(ulong length) => (uint)((length - HeaderLength) / EventLength);

    /// <summary>Events between the two numbers.</summary>
    public uint Waiting(uint room) => (Tail + room - Head) % room;

    /// <summary>It can be one, of a ring of so many bytes.</summary>
    public bool IsPossible(ulong length) =>
        length is >= 4096 and <= MaxLength && Head < Room(length) && Tail < Room(length) && Events is not null
        && (uint)Events.Length == Waiting(Room(length)) * EventLength;
}
