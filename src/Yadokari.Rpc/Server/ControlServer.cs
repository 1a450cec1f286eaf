using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yadokari.Protocol;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Server;

/// <summary>Listens for the daemon of this host and does what it says. When the daemon dies during a move, the instance and the next
/// daemon find the same decision: see <see cref="Decision"/>.</summary>
internal sealed partial class ControlServer(
    ServiceLife life, StateBundle bundle, SelfCalls selfCalls, Forwarder forwarder, YadokariOptions options, IHostApplicationLifetime application, ILogger<ControlServer> logger)
    : IHostedLifecycleService, IDisposable
{
    private const int LargeState = 1 << 20;
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private Socket? _listener;
    private Timer? _end;
    private string? _decisionPath;

    /// <summary>The connection by which a move was begun: when it ends, whoever moved the service is gone.</summary>
    private ControlChannel? _mover;

    /// <summary>The server does not listen yet. An instance that is held calls itself instead.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (life.State == InstanceState.Serving && bundle.Rehearse() is { } failure)
        {
            LogNotRehearsed(logger, failure.Message);
        }
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Only now does the server answer calls: whoever can connect here finds it ready.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (life.Settings is { } settings)
        {
            if (settings.HeldFor is null)
            {
                // It serves from the start.
                Decision.Make(settings.ServedMark, "served");
            }
            File.Delete(settings.ControlPath);
            _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            _listener.Bind(new UnixDomainSocketEndPoint(settings.ControlPath));
            _listener.Listen();
            _ = Task.Run(() => AcceptAsync(_listener), CancellationToken.None);
        }
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stop.Cancel();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _listener?.Dispose();
        _end?.Dispose();
        _stop.Dispose();
        _one.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                _ = Task.Run(() => ServeAsync(new ControlChannel(new NetworkStream(socket, ownsSocket: true))), CancellationToken.None);
            }
            catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException failure)
            {
                // Out of descriptors, perhaps: that does not pass at once.
                LogAcceptFailed(logger, failure.Message);
                await Task.Delay(AcceptPause).ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(ControlChannel channel)
    {
        using ControlChannel owned = channel;
        try
        {
            while (await channel.ReadAsync(_stop.Token).ConfigureAwait(false) is var (kind, payload))
            {
                if (kind != ControlKind.Command || JsonSerializer.Deserialize(payload.Span, ProtocolJson.Default.ControlCommand) is not { } command)
                {
                    throw new InvalidDataException("a command was expected");
                }
                await _one.WaitAsync(_stop.Token).ConfigureAwait(false);
                try
                {
                    await ObeyAsync(channel, command).ConfigureAwait(false);
                }
                finally
                {
                    _one.Release();
                }
            }
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or JsonException or SocketException or OperationCanceledException)
        {
            LogChannelBroke(logger, failure.Message);
        }
        await DecideAloneAsync(channel).ConfigureAwait(false);
    }

    private async Task ObeyAsync(ControlChannel channel, ControlCommand command)
    {
        ControlAnswer answer;
        try
        {
            answer = command.Verb switch
            {
                ControlVerb.Hello => Answer(),
                ControlVerb.WarmUp => await WarmUpAsync().ConfigureAwait(false),
                ControlVerb.SaveAhead => await SaveAheadAsync(channel, command).ConfigureAwait(false),
                ControlVerb.SaveRound => await SaveRoundAsync(channel).ConfigureAwait(false),
                ControlVerb.FinishStreams => await FinishStreamsAsync(channel).ConfigureAwait(false),
                ControlVerb.AwaitCalls => await AwaitCallsAsync(channel, command).ConfigureAwait(false),
                ControlVerb.Drain => await DrainAsync(channel, command).ConfigureAwait(false),
                ControlVerb.Restore or ControlVerb.RestoreDelta => await RestoreAsync(channel, command.Verb == ControlVerb.RestoreDelta).ConfigureAwait(false),
                ControlVerb.Activate => Activate(),
                ControlVerb.ServeOn => command.DecisionPath == _decisionPath ? ServeOn() : Answer(),
                ControlVerb.Moved => Moved(command),
                _ => Leave(),
            };
        }
        catch (Exception failure) when (failure is not (IOException or SocketException) || failure is InvalidDataException)
        {
            // What the program's own state throws is an answer, too: the daemon gives the move up.
            LogCommandFailed(logger, command.Verb, failure);
            if (command.Verb is ControlVerb.SaveAhead or ControlVerb.SaveRound or ControlVerb.FinishStreams or ControlVerb.Drain)
            {
                ServeOn();
            }
            answer = Answer(failure.Message.ReplaceLineEndings(" "));
        }
        await channel.SendAsync(answer, _stop.Token).ConfigureAwait(false);
    }

    private async Task<ControlAnswer> WarmUpAsync()
    {
        if (life.State != InstanceState.Held)
        {
            return Wrong("warm up");
        }
        RehearseCommand();
        await selfCalls.RunAsync(_stop.Token).ConfigureAwait(false);
        return Answer();
    }

    /// <summary>Reads a command with all that the commands of a pause have: the first one of a kind is compiled while it is read.</summary>
    private void RehearseCommand()
    {
        ControlCommand full = new(ControlVerb.Moved) { DecisionPath = "/", PatienceMilliseconds = 1, Place = life.Settings!.Own, ForwardSeconds = 1 };
        _ = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(full, ProtocolJson.Default.ControlCommand), ProtocolJson.Default.ControlCommand);
    }

    private async Task<ControlAnswer> SaveAheadAsync(ControlChannel channel, ControlCommand command)
    {
        if (life.State != InstanceState.Serving)
        {
            return Wrong("save its state");
        }
        _mover = channel;
        _decisionPath = command.DecisionPath;
        life.Next = command.Place;
        return await SendAsync(channel, bundle.SaveAhead()).ConfigureAwait(false);
    }

    private async Task<ControlAnswer> SaveRoundAsync(ControlChannel channel) => life.State == InstanceState.Serving && _mover == channel
        ? await SendAsync(channel, bundle.SaveRound()).ConfigureAwait(false)
        : Wrong("save what has changed");

    private async Task<ControlAnswer> FinishStreamsAsync(ControlChannel channel)
    {
        if (life.State != InstanceState.Serving || _mover != channel)
        {
            return Wrong("end its streaming calls");
        }
        await life.Streaming.FinishAsync(options.StreamingBound, _stop.Token).ConfigureAwait(false);
        return Answer();
    }

    /// <summary>Waits until the calls that are in flight now have ended, while others come.</summary>
    private async Task<ControlAnswer> AwaitCallsAsync(ControlChannel channel, ControlCommand command)
    {
        if (_mover != channel || life.State is not (InstanceState.Serving or InstanceState.Drained))
        {
            return Wrong("wait for its calls");
        }
        if (options.HoldWhileCallsLast)
        {
            // The gate closes at once, and Drain waits.
            return Answer();
        }
        return await EndedAsync(life.Gate.Turn(), command).ConfigureAwait(false) ? Answer() : Answer() with { Pending = Math.Max(1, life.Gate.Lasting) };
    }

    private async Task<ControlAnswer> DrainAsync(ControlChannel channel, ControlCommand command)
    {
        if (life.State != InstanceState.Serving && (life.State != InstanceState.Drained || _mover != channel))
        {
            return Wrong("drain");
        }
        _mover = channel;
        await life.Streaming.FinishAsync(options.StreamingBound, _stop.Token).ConfigureAwait(false);
        long start = Stopwatch.GetTimestamp();
        _decisionPath = command.DecisionPath;
        Task empty = life.Gate.Close();
        life.TryChange(InstanceState.Serving, InstanceState.Drained);
        if (!await EndedAsync(empty, command).ConfigureAwait(false))
        {
            int calls = Math.Max(1, life.Gate.InFlight);
            if (!options.HoldWhileCallsLast)
            {
                // The move goes on; what is copied is still followed.
                life.TryChange(InstanceState.Drained, InstanceState.Serving);
            }
            return Answer() with { Pending = calls };
        }
        double drained = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        ControlAnswer sent = await SendAsync(channel, bundle.SaveRest()).ConfigureAwait(false);
        return sent with { DrainMilliseconds = drained };
    }

    private async Task<bool> EndedAsync(Task calls, ControlCommand command)
    {
        try
        {
            await calls.WaitAsync(TimeSpan.FromMilliseconds(command.PatienceMilliseconds), _stop.Token).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task<ControlAnswer> SendAsync(ControlChannel channel, ReadOnlyMemory<byte> state)
    {
        await channel.SendDataAsync(new ReadOnlySequence<byte>(state), _stop.Token).ConfigureAwait(false);
        return Answer() with { Bytes = state.Length };
    }

    private async Task<ControlAnswer> RestoreAsync(ControlChannel channel, bool last)
    {
        byte[] state = await channel.ReadDataAsync(options.MaxStateBytes, _stop.Token).ConfigureAwait(false);
        if (life.State != InstanceState.Held)
        {
            return Wrong("take state");
        }
        bundle.Restore(state);
        life.IsComplete = last;
        if (!last && state.Length >= LargeState)
        {
            // What was read is garbage now, and large: better collected here than in the pause.
            GC.Collect();
        }
        return Answer() with { Bytes = state.Length };
    }

    private ControlAnswer Activate()
    {
        if (life.State == InstanceState.Serving)
        {
            return Answer();
        }
        if (life.State != InstanceState.Held)
        {
            return Wrong("serve");
        }
        // Before the first call: from here on its state is more than what it was given.
        Decision.Make(life.Settings!.ServedMark, "served");
        life.TryChange(InstanceState.Held, InstanceState.Serving);
        return Answer();
    }

    private ControlAnswer ServeOn()
    {
        bundle.StopTracking();
        _decisionPath = null;
        _mover = null;
        life.Next = null;
        if (life.State == InstanceState.Serving)
        {
            life.Resume();
            return Answer();
        }
        return life.TryChange(InstanceState.Drained, InstanceState.Serving) ? Answer() : Wrong("serve on");
    }

    private ControlAnswer Moved(ControlCommand command)
    {
        if (life.State == InstanceState.Moved)
        {
            return Answer();
        }
        ServicePlace place = command.Place ?? throw new InvalidDataException("the new place is missing");
        if (command.ForwardSeconds > 0)
        {
            forwarder.Begin(place);
        }
        if (!life.TryChange(InstanceState.Drained, InstanceState.Moved, place))
        {
            return Wrong("leave");
        }
        TimeSpan linger = TimeSpan.FromSeconds(command.ForwardSeconds);
        _end = new Timer(_ => application.StopApplication(), null, linger > options.MovedLinger ? linger : options.MovedLinger, Timeout.InfiniteTimeSpan);
        return Answer();
    }

    private ControlAnswer Leave()
    {
        if (life.State is not (InstanceState.Moved or InstanceState.Held))
        {
            return Wrong("leave");
        }
        application.StopApplication();
        return Answer();
    }

    /// <summary>A connection has ended. If a move was begun by it, the daemon is gone: unless it has decided that the service moves, the
    /// instance decides that it serves on.</summary>
    private async Task DecideAloneAsync(ControlChannel channel)
    {
        await _one.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_mover != channel || _stop.IsCancellationRequested)
            {
                return;
            }
            if (life.State == InstanceState.Serving)
            {
                ServeOn();
            }
            else if (life.State == InstanceState.Drained && _decisionPath is { } path)
            {
                string decided = Decision.Make(path, Decision.ServeOn);
                LogDecided(logger, decided);
                if (decided == Decision.ServeOn)
                {
                    ServeOn();
                }
            }
        }
        catch (IOException failure)
        {
            LogUndecided(logger, failure.Message);
        }
        finally
        {
            _one.Release();
        }
    }

    private ControlAnswer Answer(string? error = null) => new(life.State) { Epoch = life.Epoch, InFlight = life.Gate.InFlight, Error = error };

    private ControlAnswer Wrong(string what) => Answer($"the instance can't {what}: it is {life.State.ToString().ToLowerInvariant()}");

    [LoggerMessage(Level = LogLevel.Warning, Message = "the daemon could not be let in: {Reason}")]
    private static partial void LogAcceptFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "the state could not be saved before the start: {Reason}")]
    private static partial void LogNotRehearsed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "the connection to the daemon broke: {Reason}")]
    private static partial void LogChannelBroke(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Verb} failed")]
    private static partial void LogCommandFailed(ILogger logger, ControlVerb verb, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the daemon was lost during a move: {Decision}")]
    private static partial void LogDecided(ILogger logger, string decision);

    [LoggerMessage(Level = LogLevel.Error, Message = "the daemon was lost during a move, and nothing could be decided; calls are held until it is back: {Reason}")]
    private static partial void LogUndecided(ILogger logger, string reason);
}
