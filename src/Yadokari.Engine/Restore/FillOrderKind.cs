namespace Yadokari.Engine.Restore;

/// <summary>What a process that is filled is told to do, see <see cref="FillOrder"/>.</summary>
public enum FillOrderKind : long
{
    /// <summary>Map memory at A, B bytes, with flags C.</summary>
    Map = 1,

    /// <summary>Unmap it.</summary>
    Unmap = 2,

    /// <summary>Read B bytes of the context file from offset C to A.</summary>
    Read = 3,

    /// <summary>Advice C for B bytes at A, which may be refused.</summary>
    Advise = 4,

    /// <summary>Pages at A, B bytes, are empty again.</summary>
    Drop = 5,

    /// <summary>Store zero at A.</summary>
    Touch = 6,

    /// <summary>Huge pages are made (A = 0), or not (A = 1).</summary>
    SmallPages = 7,

    /// <summary>Answer with one byte.</summary>
    Answer = 8,

    /// <summary>Take the three streams that come with one byte.</summary>
    Streams = 9,

    /// <summary>Go on with the plan in the plan file: A bytes, at operation B; its shared pages are C bytes behind its base.</summary>
    Enter = 10,
}
