namespace Yadokari.Rpc.Server;

/// <summary>
/// Counts the calls in flight, and closes. One word holds both, so that no call slips in while the gate closes:
/// <code>bit 62: closed | bits 0–61: calls in flight</code>
/// Thread-safe.
/// </summary>
internal sealed class CallGate
{
    private const long ClosedBit = 1L << 62;

    private long _word;
    private TaskCompletionSource _empty = NewSource();
    private TaskCompletionSource _opened = NewSource();

    public bool IsClosed => (Volatile.Read(ref _word) & ClosedBit) != 0;

    public int InFlight => (int)(Volatile.Read(ref _word) & ~ClosedBit);

    /// <summary>Completes when <see cref="Wake"/> or <see cref="Open"/> is called next. Fetch it before looking at the state.</summary>
    public Task Changed => Volatile.Read(ref _opened).Task;

    /// <summary>False when it is closed; else the caller must <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        long word = Volatile.Read(ref _word);
        while ((word & ClosedBit) == 0)
        {
            long seen = Interlocked.CompareExchange(ref _word, word + 1, word);
            if (seen == word)
            {
                return true;
            }
            word = seen;
        }
        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _word) == ClosedBit)
        {
            Volatile.Read(ref _empty).TrySetResult();
        }
    }

    /// <summary>Lets no call in any more.</summary>
    /// <returns>Completes when the last call in flight has left.</returns>
    public Task Close()
    {
        TaskCompletionSource empty = NewSource();
        Volatile.Write(ref _empty, empty);
        if ((Interlocked.Or(ref _word, ClosedBit) & ~ClosedBit) == 0)
        {
            empty.TrySetResult();
        }
        return empty.Task;
    }

    /// <summary>Lets calls in again, those that wait first of all.</summary>
    public void Open()
    {
        Interlocked.And(ref _word, ~ClosedBit);
        Wake();
    }

    /// <summary>Whoever waits looks at the state again.</summary>
    public void Wake() => Interlocked.Exchange(ref _opened, NewSource()).TrySetResult();

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
