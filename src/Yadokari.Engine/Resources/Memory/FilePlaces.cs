namespace Yadokari.Engine.Resources.Memory;

/// <summary>Gives out room in the context file, one place behind the other.</summary>
/// <param name="position">The first; a multiple of the page size.</param>
internal sealed class FilePlaces(long position)
{
    /// <summary>One past the last that was given out.</summary>
    public long Position => position;

    public long Take(long bytes)
    {
        long place = position;
        position += bytes;
        return place;
    }
}
