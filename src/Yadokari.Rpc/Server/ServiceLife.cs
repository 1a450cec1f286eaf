using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Server;

/// <summary>How this instance is, and its gate. Changed by the control connection only; read by every call.</summary>
internal sealed class ServiceLife
{
    private readonly Lock _lock = new();
    private volatile InstanceState _state = InstanceState.Serving;
    private volatile ServicePlace? _elsewhere;
    private volatile ServicePlace? _next;
    private volatile bool _complete;

    public ServiceLife(ServiceSettings? settings)
    {
        Settings = settings;
        Epoch = settings?.Own.Epoch ?? 0;
        if (settings?.HeldFor is { } other)
        {
            _elsewhere = other;
            _state = InstanceState.Held;
            _ = Gate.Close();
        }
    }

    /// <summary>Null for an ordinary server.</summary>
    public ServiceSettings? Settings { get; }

    public CallGate Gate { get; } = new();

    public StreamingCalls Streaming { get; } = new();

    public InstanceState State => _state;

    public int Epoch { get; }

    /// <summary>Another instance serves. A held one that has all of the state is about to: a call that comes early waits.</summary>
    public bool IsElsewhere => _state == InstanceState.Moved || (_state == InstanceState.Held && !IsComplete);

    /// <summary>A held instance has been given the last of the state.</summary>
    public bool IsComplete
    {
        get => _complete;
        set => _complete = value;
    }

    /// <summary>Where the service is while this instance is held or moved.</summary>
    public ServicePlace? Elsewhere => _elsewhere;

    /// <summary>Where the service will be when the move that is under way succeeds; null: it stays, as far as is known.</summary>
    public ServicePlace? Next
    {
        get => _next;
        set => _next = value;
    }

    /// <summary>Secret of this process: its own calls pass the gate while it is held.</summary>
    public string WarmUpToken { get; } = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));

    /// <summary>A move is given up before it closed the gate: streaming calls may begin again.</summary>
    public void Resume()
    {
        Streaming.Open();
        Gate.Wake();
    }

    /// <summary>Moves from one state to another, or says that this is another state.</summary>
    public bool TryChange(InstanceState from, InstanceState to, ServicePlace? elsewhere = null)
    {
        lock (_lock)
        {
            if (_state != from)
            {
                return false;
            }
            _elsewhere = elsewhere;
            _state = to;
        }
        if (to == InstanceState.Serving)
        {
            Streaming.Open();
            Gate.Open();
        }
        else
        {
            Gate.Wake();
        }
        return true;
    }
}
