namespace Yadokari.Protocol.Wire;

/// <summary>A connection that a <see cref="DoorKeeper"/> has let in. Disposed when it is over.</summary>
public sealed class DoorPass : IDisposable
{
    private readonly DoorKeeper _keeper;
    private readonly Action _abort;

    internal DoorPass(DoorKeeper keeper, string caller, Action abort)
    {
        (_keeper, Caller, _abort) = (keeper, caller, abort);
    }

    public string Caller { get; }

    /// <summary>Serial number of the certificate that it has shown; null: none yet.</summary>
    public string? Serial { get; set; }

    /// <summary>Where it waits among those without a request; null: a request is under way, or it is over.</summary>
    internal LinkedListNode<DoorPass>? Place { get; set; }

    /// <summary>A request is under way.</summary>
    public void Begin() => _keeper.Begin(this);

    /// <summary>It is answered.</summary>
    public void Finish() => _keeper.Finish(this);

    /// <summary>A request is under way until it is answered.</summary>
    public async Task HoldAsync(Func<Task> answer)
    {
        Begin();
        try
        {
            await answer().ConfigureAwait(false);
        }
        finally
        {
            Finish();
        }
    }

    public void Abort() => _abort();

    public void Dispose() => _keeper.Leave(this);
}
