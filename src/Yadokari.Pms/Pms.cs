using System.Globalization;
using System.Runtime.InteropServices;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Programs;

namespace Yadokari.Pms;

/// <summary>
/// For a program that knows it moves: the same as pms.h for C. Without a daemon everything works, and nothing moves.
/// Thread-safe. No connection to the daemon stays open: it would be in the way of a move.
/// </summary>
public static class Pms
{
    private const int Eperm = 1;
    private const int Ebusy = 16;
    private const int Einval = 22;
    private const int Enotconn = 107;
    private const int Econnaborted = 103;
    private const int Edeadlk = 35;

    /// <summary>SIGURG: ignored by default, so that it harms no program that this process may become.</summary>
    private const PosixSignal Notice = (PosixSignal)23;

    /// <summary>So exactly the daemon knows when this process was started.</summary>
    private const long SameTicks = 2;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private static readonly Mailbox Box = new(StartTime());
    private static readonly AsyncLocal<Flow?> Holder = new();
    private static readonly AutoResetEvent Wake = new(false);
    private static readonly Lock Starting = new();
    private static PosixSignalRegistration? _signal;
    private static Action? _moving;
    private static Action? _moved;

    [ThreadStatic]
    private static bool _inHandler;

    /// <summary>Before the process is moved or saved, once nothing holds it and before obstacles are looked for: connections can
    /// be closed here. On a thread of its own, which the capture waits for. An exception is the program's end, as on any thread.</summary>
    public static event Action Moving
    {
        add
        {
            StartListening();
            lock (Starting)
            {
                _moving += value;
            }
        }
        remove
        {
            lock (Starting)
            {
                _moving -= value;
            }
        }
    }

    /// <summary>Afterwards, on the new host, or on the old one when nothing came of it.</summary>
    public static event Action Moved
    {
        add
        {
            StartListening();
            lock (Starting)
            {
                _moved += value;
            }
        }
        remove
        {
            lock (Starting)
            {
                _moved -= value;
            }
        }
    }

    /// <summary>Name of the host this runs on, as its daemon calls it; without a daemon that of the machine.</summary>
    public static string Host
    {
        get
        {
            WaitWhile(static () => Box.Request == Mailbox.Captured);
            return Box.Host is { Length: > 0 } told ? told : Environment.MachineName;
        }
    }

    /// <summary>How many times this process has been moved or resumed.</summary>
    public static int Moves
    {
        get
        {
            WaitWhile(static () => Box.Request == Mailbox.Captured);
            return Box.Moves;
        }
    }

    /// <summary>Makes this process a job of the local daemon, if it is none yet. Doing it again does no harm.</summary>
    /// <param name="name">Of the job; null: made from the program's name.</param>
    /// <returns>False when no daemon answers: the program runs as if nothing had been asked.</returns>
    /// <exception cref="PmsException">The daemon refuses (EBUSY, EINVAL), or went away in the middle of the call (ECONNABORTED).</exception>
    public static bool Register(string? name = null)
    {
        try
        {
            Converse(api => api.PostAsync(
                Routes.RegisterProgram, new RegisterProgram(Box.Address, name), ProtocolJson.Default.RegisterProgram, ProtocolJson.Default.JobInfo, CancellationToken.None));
            return true;
        }
        catch (YadoException failure) when (ErrnoOf(failure) == Enotconn)
        {
            return false;
        }
        catch (YadoException failure)
        {
            throw new PmsException(ErrnoOf(failure), failure.Message, failure);
        }
    }

    /// <summary>Until the result is disposed the process is neither moved nor saved. Nests within an asynchronous flow. Waits for a
    /// move that is under way.</summary>
    /// <exception cref="PmsException">In a handler of <see cref="Moving"/>: EDEADLK.</exception>
    public static IDisposable Hold()
    {
        if (_inHandler)
        {
            throw new PmsException(Edeadlk, "the move waits for this handler: it can't hold it up");
        }
        return new HoldScope(Enter());
    }

    /// <summary>Saves this process as a context file and goes on, like fork: both it and each process that is resumed from
    /// the file return from here.</summary>
    /// <exception cref="PmsException">It was not saved; <see cref="PmsException.Errno"/> says why.</exception>
    public static async Task<CheckpointOutcome> CheckpointAsync(string path, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (_inHandler || IsHolding)
        {
            throw new PmsException(Edeadlk, "this flow holds the process in place: end the hold first");
        }
        ulong start = StartTime();
        CheckpointProgram request = new((uint)Box.BeginCheckpoint(), Path.GetFullPath(path));
        try
        {
            AskToBeSaved(request, cancellation);
        }
        catch (YadoException failure)
        {
            throw new PmsException(ErrnoOf(failure), failure.Message, failure);
        }
        TimeSpan silent = default;
        for (int beat = Box.Beat; ; beat = Box.Beat)
        {
            switch (Box.Outcome)
            {
                case 1:
                    return CheckpointOutcome.Continued;
                case < 0 and int error:
                    throw new PmsException(-error, Box.Message);
            }
            if (StartTime() != start)
            {
                return CheckpointOutcome.Resumed;
            }
            await Task.Delay(Look * 5, cancellation).ConfigureAwait(false);
            silent = Box.Beat == beat ? silent + (Look * 5) : default;
            if (silent > Lease + Lease)
            {
                throw new PmsException(Econnaborted, "the daemon went away in the middle of a checkpoint");
            }
        }
    }

    private static bool IsHolding => Holder.Value is { Depth: > 0 };

    private static void AskToBeSaved(CheckpointProgram request, CancellationToken cancellation)
    {
        void Ask() => Converse(api => api.PostAsync(
            Routes.CheckpointProgram, request, ProtocolJson.Default.CheckpointProgram, ProtocolJson.Default.CheckpointProgram, cancellation));
        try
        {
            Ask();
        }
        catch (YadoException unknown) when (unknown.Kind == YadoError.NotFound)
        {
            // A daemon that does not know this process yet.
            Register();
            Ask();
        }
    }

    /// <summary>As pms.h has it.</summary>
    private static int ErrnoOf(YadoException failure) => failure switch
    {
        { Unreachable: true, InnerException: HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } } => Enotconn,
        { Unreachable: true } => Econnaborted,
        { InnerException: UnauthorizedAccessException } => Eperm,
        { Kind: YadoError.NotFound } => Enotconn,
        { Kind: YadoError.WrongUsage } => Einval,
        _ => Ebusy,
    };

    /// <summary>A connection of its own within a hold, closed before the hold ends.</summary>
    private static void Converse<T>(Func<ApiConnection, Task<T>> call)
    {
        Flow? flow = _inHandler || IsHolding ? null : Enter();
        try
        {
            using ApiConnection api = ApiConnection.ToSocket(SocketPath());
            // Synchronous on purpose: the hold belongs to this flow until the connection is closed.
            Task.Run(() => call(api)).GetAwaiter().GetResult();
        }
        finally
        {
            flow?.Leave();
        }
    }

    private static Flow Enter()
    {
        if (Holder.Value is { } nested)
        {
            // Goes on also while a capture is asked for. Counted first, so that the outer hold may end just now.
            Box.Enter();
            if (nested.TryNest())
            {
                return nested;
            }
            Box.Leave();
        }
        while (true)
        {
            Box.Enter();
            if (Box.Request == Mailbox.None)
            {
                return Holder.Value = new Flow();
            }
            // A capture is asked for: it goes first.
            Box.Leave();
            WaitWhile(static () => Box.Request != Mailbox.None);
        }
    }

    private static void WaitWhile(Func<bool> stands)
    {
        Silence silence = new();
        while (stands() && Stands(silence, Look))
        {
            Thread.Sleep(Look);
        }
    }

    /// <summary>Looks at a request; one whose daemon shows no beat any more is taken back.</summary>
    private static bool Stands(Silence silence, TimeSpan slept)
    {
        int request = Box.Request;
        if (request == Mailbox.None)
        {
            return false;
        }
        if (request == Mailbox.Captured && WasResumed)
        {
            if (Box.Arrive())
            {
                // Nobody waits for the daemon of this host, if there is one.
                Task.Run(TryRegister);
            }
            return false;
        }
        if (silence.Grow(Box.Beat, slept) < Lease)
        {
            return true;
        }
        Box.TakeBack(request);
        return Box.Request != Mailbox.None;
    }

    /// <summary>Of a captured process: it is the one that was resumed, not the one that was saved.</summary>
    private static bool WasResumed => Box.Born is not 0 and ulong born && Math.Abs((long)(StartTime() - born)) > SameTicks;

    private static void TryRegister()
    {
        try
        {
            Register();
        }
        catch (PmsException)
        {
            // It runs on without being a job.
        }
    }

    private static void StartListening()
    {
        lock (Starting)
        {
            if (_signal is not null)
            {
                return;
            }
            _signal = PosixSignalRegistration.Create(Notice, context =>
            {
                context.Cancel = true;
                Wake.Set();
            });
            new Thread(ListenForever) { IsBackground = true, Name = "pms" }.Start();
            Box.Listen((int)Notice);
        }
    }

    private static void ListenForever()
    {
        Silence silence = new();
        bool pending = false;
        int asked = 0;
        while (true)
        {
            int request = Stands(silence, Look) ? Box.Request : Mailbox.None;
            int number = Box.Number;
            if (pending && (request == Mailbox.None || number != asked))
            {
                pending = false;
                RunHandlers(_moved);
                continue;
            }
            if (!pending && request == Mailbox.Asked && Box.Holds == 0)
            {
                (pending, asked) = (true, number);
                RunHandlers(_moving);
                Box.SayReady(number);
                continue;
            }
            Wake.WaitOne(request == Mailbox.None ? Idle : Look);
        }
    }

    private static void RunHandlers(Action? handlers)
    {
        _inHandler = true;
        handlers?.Invoke();
        _inHandler = false;
    }

    private static string SocketPath()
    {
        if (Box.Socket is { Length: > 0 } told)
        {
            return told;
        }
        // As the daemon itself chooses its home.
        string home = Environment.GetEnvironmentVariable("YADO_HOME") is { Length: > 0 } set ? set
            : Environment.UserName == "root" ? "/var/lib/yadokari"
            : Path.Combine(
                Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state
                    ? state
                    : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
                "yadokari");
        return Path.Combine(home, "daemon.sock");
    }

    /// <summary>Start time of this process in clock ticks; another one in a process that was resumed.</summary>
    private static ulong StartTime()
    {
        string stat = File.ReadAllText("/proc/self/stat");
        return ulong.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19], CultureInfo.InvariantCulture);
    }

    private sealed class Silence
    {
        private int _beat;
        private TimeSpan _silent;

        public TimeSpan Grow(int beat, TimeSpan slept)
        {
            _silent = beat == _beat ? _silent + slept : default;
            _beat = beat;
            return _silent;
        }
    }

    /// <summary>The holds of one asynchronous flow, which may end in another flow than they began in.</summary>
    private sealed class Flow
    {
        private int _depth = 1;

        public int Depth => Volatile.Read(ref _depth);

        /// <summary>False when all its holds have ended: the next one is an outermost one again.</summary>
        public bool TryNest()
        {
            for (int depth = Depth; depth > 0; depth = Depth)
            {
                if (Interlocked.CompareExchange(ref _depth, depth + 1, depth) == depth)
                {
                    return true;
                }
            }
            return false;
        }

        public void Leave()
        {
            Interlocked.Decrement(ref _depth);
            Box.Leave();
        }
    }

    private sealed class HoldScope(Flow flow) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            // A second time is a mistake without consequence, as with any disposable.
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                flow.Leave();
            }
        }
    }
}
