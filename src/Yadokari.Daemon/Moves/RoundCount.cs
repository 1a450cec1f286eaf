namespace Yadokari.Daemon.Moves;

/// <summary>Counts up, and tells who waits for a number. Thread-safe.</summary>
internal sealed class RoundCount
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    public void Add()
    {
        TaskCompletionSource reached;
        lock (_lock)
        {
            _count++;
            reached = _next;
            _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        reached.SetResult();
    }

    /// <summary>Returns when it has come to that number, there will be no more, or after so long.</summary>
    /// <param name="ended">Cancelled when there will be no more.</param>
    /// <exception cref="OperationCanceledException">Cancelled before.</exception>
    public async Task WhenReachedAsync(int number, TimeSpan atMost, CancellationToken ended, CancellationToken cancellation)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(ended, cancellation);
        over.CancelAfter(atMost);
        while (Next(number) is { } next)
        {
            try
            {
                await next.WaitAsync(over.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private Task? Next(int number)
    {
        lock (_lock)
        {
            return _count >= number ? null : _next.Task;
        }
    }
}
