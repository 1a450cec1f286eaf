using System.Buffers;
using System.Collections.Concurrent;
using Yadokari.Rpc.State;

namespace Yadokari.Rpc.Server.Replies;

/// <summary>
/// The replies given to numbered calls, until their clients acknowledge them. It is carried with the state, so that a
/// call repeated after a move is answered and not run again (RIFL, SOSP 2015: completion records move with the object).
/// Thread-safe.
/// </summary>
internal sealed class ReplyTable(YadokariOptions options) : ICarriedState
{
    private readonly ConcurrentDictionary<string, ClientReplies> _clients = new();
    private volatile ConcurrentDictionary<string, bool>? _touched;
    private long _bytes;

    public string Name => "yadokari.replies";

    public int Version => 1;

    public bool SupportsDelta => true;

    public bool SupportsRounds => true;

    /// <summary>Bytes kept.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Replies kept.</summary>
    public int Count => _clients.Values.Sum(c => c.Done.Count);

    /// <summary>Decides what becomes of a call. After <see cref="Admission.Run"/> the caller must <see cref="Complete"/>.</summary>
    public Admission Admit(CallId call)
    {
        while (true)
        {
            if (!_clients.TryGetValue(call.Client, out ClientReplies? client))
            {
                if (call.Attempt > 1 && call.Number > 1)
                {
                    return new Admission.Refuse("the replies of this client are not kept any more, so it can't be told whether the call has run");
                }
                if (_clients.Count >= options.MaxClients && !ForgetSilent())
                {
                    return Admission.Busy.Instance;
                }
                client = _clients.GetOrAdd(call.Client, _ => new ClientReplies());
            }
            lock (client)
            {
                if (!client.IsGone)
                {
                    return Admit(client, call);
                }
            }
        }
    }

    /// <summary>Keeps the reply of a call that was to run, before anyone can be told of it.</summary>
    public void Complete(CallId call, Reply reply)
    {
        ClientReplies client = _clients[call.Client];
        TaskCompletionSource? running;
        lock (client)
        {
            client.Running.Remove(call.Number, out running);
            client.Done[call.Number] = reply;
            Interlocked.Add(ref _bytes, reply.Size);
            Touch(call.Client);
        }
        running?.TrySetResult();
    }

    public void Save(IBufferWriter<byte> destination)
    {
        ReplyWriter writer = new(destination);
        foreach ((string name, ClientReplies client) in _clients)
        {
            writer.Write(name, client);
        }
    }

    public void SaveAhead(IBufferWriter<byte> destination)
    {
        _touched = new ConcurrentDictionary<string, bool>();
        Save(destination);
    }

    public void SaveRound(IBufferWriter<byte> destination)
    {
        ReplyWriter writer = new(destination);
        foreach (string name in _touched?.Keys ?? [])
        {
            // In this order: a call that ends from here on touches its client again.
            _touched?.TryRemove(name, out _);
            WriteNow(writer, name);
        }
    }

    public void SaveDelta(IBufferWriter<byte> destination)
    {
        ReplyWriter writer = new(destination);
        foreach (string name in _touched?.Keys ?? _clients.Keys)
        {
            WriteNow(writer, name);
        }
    }

    public void Restore(ReadOnlyMemory<byte> saved, int version)
    {
        _clients.Clear();
        _bytes = 0;
        RestoreDelta(saved, version);
    }

    public void RestoreDelta(ReadOnlyMemory<byte> delta, int version)
    {
        if (version != Version)
        {
            throw new InvalidDataException($"replies of version {version} can't be read by this version of Yadokari.Rpc: use the same one on both hosts");
        }
        ReplyReader reader = new(delta);
        while (reader.TryRead(options, out string name, out ClientReplies? client))
        {
            if (_clients.TryRemove(name, out ClientReplies? old))
            {
                _bytes -= old.Done.Values.Sum(r => r.Size);
            }
            if (client is not null)
            {
                _clients[name] = client;
                _bytes += client.Done.Values.Sum(r => r.Size);
            }
        }
    }

    public void StopTracking() => _touched = null;

    private void WriteNow(ReplyWriter writer, string name)
    {
        if (_clients.TryGetValue(name, out ClientReplies? client))
        {
            writer.Write(name, client);
        }
        else
        {
            writer.WriteGone(name);
        }
    }

    private Admission Admit(ClientReplies client, CallId call)
    {
        client.LastSeen = Environment.TickCount64;
        Interlocked.Add(ref _bytes, -client.Trim(call.Acknowledged));
        if (client.Done.TryGetValue(call.Number, out Reply? reply))
        {
            return reply.Body is null
                ? new Admission.Refuse("the call has run, but its reply was too large to be kept")
                : new Admission.Repeat(reply);
        }
        if (client.Running.TryGetValue(call.Number, out TaskCompletionSource? running))
        {
            return new Admission.Wait(running.Task);
        }
        if (call.Number < client.Acknowledged)
        {
            return new Admission.Refuse("the client has acknowledged this call already");
        }
        if (client.Done.Count + client.Running.Count >= options.MaxRepliesPerClient || Bytes >= options.MaxReplyTableBytes)
        {
            return Admission.Busy.Instance;
        }
        client.Running[call.Number] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Touch(call.Client);
        return Admission.Run.Instance;
    }

    private void Touch(string client) => _touched?.TryAdd(client, true);

    /// <summary>Forgets the clients whose lease is over; false when there is none.</summary>
    private bool ForgetSilent()
    {
        long limit = Environment.TickCount64 - (long)options.ClientLease.TotalMilliseconds;
        bool any = false;
        foreach ((string name, ClientReplies client) in _clients)
        {
            lock (client)
            {
                if (client.LastSeen < limit && client.Running.Count == 0 && _clients.TryRemove(name, out _))
                {
                    client.IsGone = true;
                    Interlocked.Add(ref _bytes, -client.Done.Values.Sum(r => (long)r.Size));
                    Touch(name);
                    any = true;
                }
            }
        }
        return any;
    }
}
