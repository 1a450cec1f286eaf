namespace Yadokari.Engine.Resources.Memory;

/// <summary>Gives out room in the context file: where an earlier file had the same memory, or else one place behind the other.</summary>
/// <param name="position">The first place where nothing was; a multiple of the page size.</param>
/// <param name="kept">Of the earlier file, all before <paramref name="position"/>; null: there is none.</param>
internal sealed class FilePlaces(long position, KeptPlaces? kept)
{
    private readonly List<(ulong Start, ulong End, long FileOffset)> _parts = [];

    /// <summary>One past the last that was given out.</summary>
    public long Position => position;

    /// <summary>What the earlier file had.</summary>
    public KeptPlaces? Kept => kept;

    /// <summary>Room for a range of memory: in parts, by ascending address, each with its place.</summary>
    /// <param name="owner">See <see cref="Checkpointing.EarlierPlace.Owner"/>.</param>
    /// <returns>Valid until the next call.</returns>
    public IReadOnlyList<(ulong Start, ulong End, long FileOffset)> Take(string owner, ulong start, ulong end)
    {
        _parts.Clear();
        kept?.Take(owner, start, end, _parts);
        ulong at = start;
        for (int i = 0; i < _parts.Count; i++)
        {
            if (_parts[i].Start > at)
            {
                _parts.Insert(i, (at, _parts[i].Start, TakeNew(_parts[i].Start - at)));
                i++;
            }

            at = _parts[i].End;
        }

        if (at < end)
        {
            _parts.Add((at, end, TakeNew(end - at)));
        }

        return _parts;
    }

    private long TakeNew(ulong bytes)
    {
        long place = position;
        position += (long)bytes;
        return place;
    }
}
