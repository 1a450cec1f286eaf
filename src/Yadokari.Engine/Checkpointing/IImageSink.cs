namespace Yadokari.Engine.Checkpointing;

/// <summary>
/// Receives a context file while it is made: positioned writes in any order, each byte written at least once
/// (a later write to the same place wins), the ELF header last, so that an unfinished file is not executable.
/// Called by one thread at a time unless it says otherwise.
/// </summary>
public interface IImageSink
{
    /// <exception cref="IOException">The write failed; the capture is given up and the process thawed.</exception>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>What was written so far is brought where it is safe, as far as that can be done: called between rounds, while the process
    /// runs, so that little is left for the pause.</summary>
    /// <exception cref="IOException">As <see cref="Write"/>.</exception>
    void Flush()
    {
    }

    /// <summary>Whoever takes the image makes a process like the captured one while it comes, and is to be told of its memory.</summary>
    bool WantsLayout => false;

    /// <summary>Where it is wanted (<see cref="WantsLayout"/>): tells, before what it tells of is written, what the memory of the process is like (<see cref="Filling.FillLayout"/>), for
    /// whoever wants to make one like it meanwhile.</summary>
    /// <exception cref="IOException">As <see cref="Write"/>.</exception>
    void Tell(ReadOnlySpan<byte> layout)
    {
    }

    /// <summary>Where an earlier file of the same job, which this sink writes over, has its memory: what gets the same place, and is the same,
    /// costs no writing. Whatever is not written is zeros, as in a new file. Empty: it is a new file.</summary>
    IReadOnlyList<EarlierPlace> Earlier => [];

    /// <summary>True when <see cref="Write"/> may be called by several threads at once.</summary>
    bool IsConcurrent => false;
}
