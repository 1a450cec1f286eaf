using System.Runtime;

namespace Yadokari.Engine.Checkpointing;

/// <summary>
/// Keeps the garbage collector away while a process stands still: a collection takes as long as the whole capture of a
/// small process. One at a time in this program; where there is one already, or no memory for it, collections come as usual.
/// </summary>
internal sealed class QuietHeap : IDisposable
{
    /// <summary>Bytes that may be allocated until the collector comes after all; a small capture takes a few million.</summary>
    private const long Room = 48L << 20;

    private bool begun;

    private QuietHeap(bool begun) => this.begun = begun;

    /// <summary>Collects now, and then not before <see cref="Dispose"/>.</summary>
    public static QuietHeap Begin()
    {
        try
        {
            return new QuietHeap(GC.TryStartNoGCRegion(Room));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentOutOfRangeException)
        {
            // Another capture has begun one; or a limit on this program's memory is below what was asked for.
            return new QuietHeap(false);
        }
    }

    /// <summary>May be called by any thread, and more than once.</summary>
    public void Dispose()
    {
        if (begun && GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
        {
            try
            {
                GC.EndNoGCRegion();
            }
            catch (InvalidOperationException)
            {
                // More was allocated than asked for, just now: the collector has ended it.
            }
        }

        begun = false;
    }
}
