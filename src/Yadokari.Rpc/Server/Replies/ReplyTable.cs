using System.Buffers;
using System.Collections.Concurrent;
using Yadokari.Rpc.State;

namespace Yadokari.Rpc.Server.Replies;

/// <summary>
/// The replies given to numbered calls, until their clients acknowledge them. It is carried with the state, so that a
/// call repeated after a move is answered and not run again (RIFL, SOSP 2015: completion records move with the object).
/// When it is full, the peer that holds most of it has to give way, so that nobody fills it for others by inventing clients.
/// Thread-safe; the table's lock is taken inside a client's.
/// </summary>
internal sealed class ReplyTable(YadokariOptions options) : ICarriedState
{
    /// <summary>Between two searches for silent clients, milliseconds.</summary>
    private const long SearchPause = 1000;

    /// <summary>When a peer has to give way, this part of its clients at once.</summary>
    private const int GivesWay = 16;

    private readonly ConcurrentDictionary<string, ClientReplies> _clients = new();
    private readonly Dictionary<string, PeerShare> _peers = [];
    private readonly Lock _lock = new();
    private volatile ConcurrentDictionary<string, bool>? _touched;
    private long _bytes;
    private long _searched = long.MinValue;
    private long _doubtUntil;

    public string Name => "yadokari.replies";

    public int Version => 2;

    public bool SupportsDelta => true;

    public bool SupportsRounds => true;

    /// <summary>Bytes kept.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Replies kept.</summary>
    public int Count => _clients.Values.Sum(c => c.Done.Count);

    /// <summary>Clients known.</summary>
    public int Clients => _clients.Count;

    /// <summary>Decides what becomes of a call. After <see cref="Admission.Run"/> the caller must <see cref="Complete"/>.</summary>
    public Admission Admit(CallId call)
    {
        while (true)
        {
            if (!_clients.TryGetValue(call.Client, out ClientReplies? client))
            {
                // A first call that comes again may be one that never came; not while clients had to be forgotten before their time.
                if (call.Attempt > 1 && (call.Number > 1 || Environment.TickCount64 < Interlocked.Read(ref _doubtUntil)))
                {
                    return new Admission.Refuse("the replies of this client are not kept any more, so it can't be told whether the call has run");
                }
                if (_clients.Count >= options.MaxClients && !ForgetSilent() && !MakeRoom(call.Peer, static share => share.Clients.Count))
                {
                    return Admission.Busy.Instance;
                }
                client = _clients.GetOrAdd(call.Client, static (_, peer) => new ClientReplies(peer), call.Peer);
            }
            if (Bytes >= options.MaxReplyTableBytes)
            {
                MakeRoom(call.Peer, static share => share.Bytes);
            }
            lock (client)
            {
                if (!client.IsGone)
                {
                    Join(call.Client, client);
                    return Admit(client, call);
                }
            }
        }
    }

    /// <summary>Keeps the reply of a call that was to run, before anyone can be told of it.</summary>
    public void Complete(CallId call, Reply reply)
    {
        ClientReplies client = _clients[call.Client];
        RunningCall running;
        lock (client)
        {
            client.Running.Remove(call.Number, out running);
            KeptReply kept = new(reply, call.Digest);
            client.Done[call.Number] = kept;
            Account(client, kept.Size);
            Touch(call.Client);
        }
        running.Ended?.TrySetResult();
    }

    public void Save(IBufferWriter<byte> destination) => Write(destination, _clients.Keys);

    public void SaveAhead(IBufferWriter<byte> destination)
    {
        _touched = new ConcurrentDictionary<string, bool>();
        Save(destination);
    }

    public void SaveRound(IBufferWriter<byte> destination) => Write(destination, Taken());

    public void SaveDelta(IBufferWriter<byte> destination) => Write(destination, _touched?.Keys ?? _clients.Keys);

    public void Restore(ReadOnlyMemory<byte> saved, int version)
    {
        _clients.Clear();
        lock (_lock)
        {
            _peers.Clear();
        }
        _bytes = 0;
        RestoreDelta(saved, version);
    }

    public void RestoreDelta(ReadOnlyMemory<byte> delta, int version)
    {
        if (version != Version)
        {
            throw new InvalidDataException($"replies of version {version} can't be read by this version of Yadokari.Rpc: use the same one on both hosts");
        }
        if (delta.IsEmpty)
        {
            return;
        }
        ReplyReader reader = new(delta);
        Doubt(reader.ReadDoubt(options));
        while (reader.TryRead(options, out string name, out ClientReplies? client))
        {
            if (_clients.TryRemove(name, out ClientReplies? old))
            {
                Part(name, old);
            }
            if (client is not null)
            {
                _clients[name] = client;
                Join(name, client);
                Account(client, client.Bytes);
            }
        }
    }

    public void StopTracking() => _touched = null;

    /// <summary>The clients touched since the last time. In this order: a call that ends from here on touches its client again.</summary>
    private IEnumerable<string> Taken()
    {
        foreach (string name in _touched?.Keys ?? [])
        {
            _touched?.TryRemove(name, out _);
            yield return name;
        }
    }

    private void Write(IBufferWriter<byte> destination, IEnumerable<string> names)
    {
        ReplyWriter writer = new(destination);
        writer.WriteDoubt(Math.Max(0, Interlocked.Read(ref _doubtUntil) - Environment.TickCount64));
        foreach (string name in names)
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
    }

    private Admission Admit(ClientReplies client, CallId call)
    {
        client.LastSeen = Environment.TickCount64;
        if (client.Done.TryGetValue(call.Number, out KeptReply kept))
        {
            return !IsSame(kept.Digest, call) ? Another(call)
                : kept.Reply.Body is null ? new Admission.Refuse("the call has run, but its reply was too large to be kept")
                : new Admission.Repeat(kept.Reply);
        }
        if (client.Running.TryGetValue(call.Number, out RunningCall running))
        {
            return IsSame(running.Digest, call) ? new Admission.Wait(running.Ended.Task) : Another(call);
        }
        Account(client, -client.Trim(call.Acknowledged));
        if (call.Number < client.Acknowledged)
        {
            return new Admission.Refuse("the client has acknowledged this call already");
        }
        if (client.Done.Count + client.Running.Count >= options.MaxRepliesPerClient || Bytes >= options.MaxReplyTableBytes)
        {
            return Admission.Busy.Instance;
        }
        client.Running[call.Number] = new RunningCall(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), call.Digest);
        Touch(call.Client);
        return Admission.Run.Instance;
    }

    private static bool IsSame(byte[] digest, CallId call) => digest.AsSpan().SequenceEqual(call.Digest);

    private static Admission.Refuse Another(CallId call) => new($"the client has made another call under the number {call.Number}");

    private void Touch(string client) => _touched?.TryAdd(client, true);

    private void Join(string name, ClientReplies client)
    {
        lock (_lock)
        {
            ShareOf(client.Peer).Clients.Add(name);
        }
    }

    /// <summary>The client is forgotten, with what is counted for it.</summary>
    private void Part(string name, ClientReplies client)
    {
        Account(client, -client.Bytes);
        lock (_lock)
        {
            PeerShare share = ShareOf(client.Peer);
            share.Clients.Remove(name);
            if (share.Clients.Count == 0)
            {
                _peers.Remove(client.Peer);
            }
        }
    }

    private void Account(ClientReplies client, long bytes)
    {
        if (bytes != 0)
        {
            Interlocked.Add(ref _bytes, bytes);
            lock (_lock)
            {
                ShareOf(client.Peer).Add(bytes);
            }
        }
    }

    /// <summary>Under the table's lock.</summary>
    private PeerShare ShareOf(string peer) => _peers.TryGetValue(peer, out PeerShare? share) ? share : _peers[peer] = new PeerShare();

    /// <summary>Forgets the clients whose lease is over; false when there is none.</summary>
    private bool ForgetSilent()
    {
        long now = Environment.TickCount64;
        long searched = Interlocked.Read(ref _searched);
        if (now < searched + SearchPause || Interlocked.CompareExchange(ref _searched, now, searched) != searched)
        {
            return false;
        }
        long limit = now - (long)options.ClientLease.TotalMilliseconds;
        bool any = false;
        foreach ((string name, ClientReplies client) in _clients)
        {
            any |= client.LastSeen < limit && TryForget(name, client, limit);
        }
        return any;
    }

    /// <summary>Another peer holds more than this one: those of its clients that have been silent for longest are forgotten, and for the
    /// time of a lease a first call that comes again is refused, for it may be theirs. False: this peer holds as much as any.</summary>
    /// <param name="measure">What there is too much of.</param>
    private bool MakeRoom(string peer, Func<PeerShare, long> measure)
    {
        string[] candidates;
        lock (_lock)
        {
            long own = _peers.TryGetValue(peer, out PeerShare? share) ? measure(share) : 0;
            PeerShare? largest = _peers.Values.MaxBy(measure);
            if (largest is null || measure(largest) <= own + 1)
            {
                return false;
            }
            candidates = [.. largest.Clients];
        }
        bool any = false;
        foreach ((string name, ClientReplies client) in candidates
            .Select(name => (Name: name, Client: _clients.GetValueOrDefault(name)!)).Where(c => c.Client is not null)
            .OrderBy(c => c.Client.LastSeen).Take(Math.Max(1, candidates.Length / GivesWay)))
        {
            any |= TryForget(name, client, long.MaxValue);
        }
        if (any)
        {
            Doubt((long)options.ClientLease.TotalMilliseconds);
        }
        return any;
    }

    private bool TryForget(string name, ClientReplies client, long silentSince)
    {
        lock (client)
        {
            if (client.IsGone || client.LastSeen >= silentSince || client.Running.Count > 0 || !_clients.TryRemove(name, out _))
            {
                return false;
            }
            client.IsGone = true;
            Part(name, client);
            Touch(name);
            return true;
        }
    }

    private void Doubt(long milliseconds)
    {
        if (milliseconds > 0)
        {
            Interlocked.Exchange(ref _doubtUntil, Environment.TickCount64 + milliseconds);
        }
    }
}
