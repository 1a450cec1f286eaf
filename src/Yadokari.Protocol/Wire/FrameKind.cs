namespace Yadokari.Protocol.Wire;

/// <summary>What the bytes of a frame belong to.</summary>
public enum FrameKind : byte
{
    /// <summary>Nothing follows; a stream that stops without it is incomplete.</summary>
    End = 0,

    /// <summary>The context file.</summary>
    Image = 1,

    /// <summary>The job's output log.</summary>
    Output = 2,

    /// <summary>The job's error log.</summary>
    Errors = 3,

    /// <summary>Empty: says that the sender is alive.</summary>
    Alive = 4,

    /// <summary>What the job's caller has sent and the job has not read.</summary>
    Input = 5,

    /// <summary>Empty: what came so far of the context file is brought to disk, while more comes.</summary>
    Flush = 6,

    /// <summary>What the job's memory is like, for a process that is filled before the job stands still; may be passed over.</summary>
    Layout = 7,
}
