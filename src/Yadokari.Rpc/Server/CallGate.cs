namespace Yadokari.Rpc.Server;

/// <summary>
/// Counts the calls in flight, and closes. One word holds both, so that no call slips in while the gate closes:
/// <code>bit 62: closed | bit 61: the present generation | bits 30–59: calls of generation 1 | bits 0–29: of generation 0</code>
/// Generations tell the calls that are in flight at one moment from those that come later. Thread-safe.
/// </summary>
internal sealed class CallGate
{
    private const long ClosedBit = 1L << 62;
    private const long GenerationBit = 1L << 61;
    private const int CountBits = 30;
    private const long CountMask = (1L << CountBits) - 1;

    private long _word;
    private TaskCompletionSource _empty = NewSource();
    private TaskCompletionSource _opened = NewSource();
    private TaskCompletionSource? _turned;

    public bool IsClosed => (Volatile.Read(ref _word) & ClosedBit) != 0;

    public int InFlight => InFlightOf(Volatile.Read(ref _word));

    /// <summary>Calls that were in flight at the last <see cref="Turn"/> and still are.</summary>
    public int Lasting => Volatile.Read(ref _word) is var word ? CountOf(word, 1 - GenerationOf(word)) : 0;

    /// <summary>Completes when <see cref="Wake"/> or <see cref="Open"/> is called next. Fetch it before looking at the state.</summary>
    public Task Changed => Volatile.Read(ref _opened).Task;

    /// <summary>False when it is closed; else the caller must <see cref="Leave"/>.</summary>
    /// <param name="generation">For <see cref="Leave"/>.</param>
    public bool TryEnter(out int generation)
    {
        long word = Volatile.Read(ref _word);
        while ((word & ClosedBit) == 0)
        {
            generation = GenerationOf(word);
            long seen = Interlocked.CompareExchange(ref _word, word + UnitOf(generation), word);
            if (seen == word)
            {
                return true;
            }
            word = seen;
        }
        generation = 0;
        return false;
    }

    public void Leave(int generation)
    {
        long word = Interlocked.Add(ref _word, -UnitOf(generation));
        if ((word & ClosedBit) != 0 && InFlightOf(word) == 0)
        {
            Volatile.Read(ref _empty).TrySetResult();
        }
        if (generation != GenerationOf(word) && CountOf(word, generation) == 0)
        {
            Volatile.Read(ref _turned)?.TrySetResult();
        }
    }

    /// <summary>Lets no call in any more.</summary>
    /// <returns>Completes when the last call in flight has left.</returns>
    public Task Close()
    {
        TaskCompletionSource empty = NewSource();
        Volatile.Write(ref _empty, empty);
        if (InFlightOf(Interlocked.Or(ref _word, ClosedBit)) == 0)
        {
            empty.TrySetResult();
        }
        return empty.Task;
    }

    /// <summary>Waits for the calls that are in flight, while others come. Called by one at a time; as long as an earlier turn is not
    /// over, it is that one.</summary>
    /// <returns>Completes when the last of them has left.</returns>
    public Task Turn()
    {
        if (_turned is { Task.IsCompleted: false } earlier)
        {
            return earlier.Task;
        }
        TaskCompletionSource turned = NewSource();
        Volatile.Write(ref _turned, turned);
        long word = Volatile.Read(ref _word);
        while (Interlocked.CompareExchange(ref _word, word ^ GenerationBit, word) is var seen && seen != word)
        {
            word = seen;
        }
        if (CountOf(word, GenerationOf(word)) == 0)
        {
            turned.TrySetResult();
        }
        return turned.Task;
    }

    /// <summary>Lets calls in again, those that wait first of all.</summary>
    public void Open()
    {
        Interlocked.And(ref _word, ~ClosedBit);
        Wake();
    }

    /// <summary>Whoever waits looks at the state again.</summary>
    public void Wake() => Interlocked.Exchange(ref _opened, NewSource()).TrySetResult();

    private static int GenerationOf(long word) => (word & GenerationBit) == 0 ? 0 : 1;

    private static long UnitOf(int generation) => generation == 0 ? 1 : 1L << CountBits;

    private static int CountOf(long word, int generation) => (int)((word >> (generation * CountBits)) & CountMask);

    private static int InFlightOf(long word) => CountOf(word, 0) + CountOf(word, 1);

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
