using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux;
using Yadokari.Linux.Spawn;
using Yadokari.Scheduling;
using Yadokari.Scheduling.Records;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Daemon.Scheduling;

/// <summary>
/// A program in any language as the policy: each round one line with the view on its standard input, one line with the plan
/// on its standard output. It is not trusted: bounded in time and size, ended when it does anything else, and started again
/// after a pause that grows. Whatever it does, the round has a plan: an empty one. Used by one round at a time.
/// </summary>
/// <param name="path">The executable.</param>
/// <param name="patience">Within which it must answer.</param>
/// <param name="startPatience">Within which it must answer the first time.</param>
/// <param name="time">By which the pauses are measured.</param>
/// <param name="onWords">Told what it writes on its standard error and what it did wrong, a line each.</param>
public sealed class ProgramPolicy(string path, TimeSpan patience, TimeSpan startPatience, TimeProvider time, Action<string> onWords) : IPlacementPolicy, IDisposable
{
    private const int MaxAnswer = 1 << 20;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private TimeSpan _pause = TimeSpan.Zero;
    private long _endedAt;
    private Running? _running;

    public string Name => PolicyMaker.Program;

    /// <summary>What went wrong in the last round; null when it answered.</summary>
    public string? Trouble { get; private set; }

    public Plan Decide(ClusterView view)
    {
        if (_running is null && time.GetElapsedTime(_endedAt) < _pause)
        {
            return Plan.Nothing;
        }
        try
        {
            bool isNew = _running is null;
            _running ??= Running.Start(path, onWords);
            Plan plan = _running.Ask(view, isNew ? startPatience : patience);
            Trouble = null;
            _pause = TimeSpan.Zero;
            return plan;
        }
        catch (Exception failure) when (failure is SocketException or SystemCallException or IOException or JsonException)
        {
            GiveUp(failure is JsonException ? "its answer is no plan" : failure.Message);
            return Plan.Nothing;
        }
    }

    public void Dispose()
    {
        _running?.Dispose();
        _running = null;
    }

    private void GiveUp(string why)
    {
        _running?.Dispose();
        _running = null;
        _endedAt = time.GetTimestamp();
        _pause = TimeSpan.FromSeconds(Math.Clamp(_pause.TotalSeconds * 2, 1, LongestPause.TotalSeconds));
        Trouble = $"the policy program {path}: {why}; nothing is moved, and it is started again in {_pause.TotalSeconds:0} s";
        onWords(Trouble);
    }

    /// <summary>The program while it runs.</summary>
    private sealed class Running : IDisposable
    {
        private readonly int _pid;
        private readonly Socket _talk;

        private Running(int pid, Socket talk)
        {
            _pid = pid;
            _talk = talk;
        }

        public static Running Start(string path, Action<string> onWords)
        {
            if (ProgramOwner.FindFault(path) is { } fault)
            {
                throw new IOException($"it is not run: {fault}");
            }
            SocketPair talk = SocketPair.Create();
            SocketPair errors = SocketPair.Create();
            using SafeFileHandle childTalk = talk.Child;
            using SafeFileHandle childErrors = errors.Child;
            int pid;
            try
            {
                pid = ChildProcess.Start(new SpawnRequest
                {
                    Program = path,
                    Arguments = [path],
                    Environment = [.. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(e => $"{e.Key}={e.Value}")],
                    Descriptors = [childTalk, childTalk, childErrors],
                    NewSession = true,
                });
            }
            catch
            {
                talk.Own.Dispose();
                errors.Own.Dispose();
                throw;
            }
            _ = Task.Run(() => Listen(errors.Own, onWords), CancellationToken.None);
            Socket socket = new(new SafeSocketHandle(talk.Own.DangerousGetHandle(), ownsHandle: true));
            talk.Own.SetHandleAsInvalid();
            return new Running(pid, socket);
        }

        public Plan Ask(ClusterView view, TimeSpan patience)
        {
            Stopwatch clock = Stopwatch.StartNew();
            byte[] question = [.. JsonSerializer.SerializeToUtf8Bytes(view, SchedulingJson.Default.ClusterView), (byte)'\n'];
            for (int sent = 0; sent < question.Length;)
            {
                // A program that does not read fills the socket: then this, too, is bounded in time.
                Wait(clock, patience, SelectMode.SelectWrite);
                _talk.Blocking = false;
                sent += _talk.Send(question.AsSpan(sent), SocketFlags.None, out SocketError error);
                if (error is not (SocketError.Success or SocketError.WouldBlock))
                {
                    throw new IOException("it ended");
                }
            }
            using MemoryStream answer = new();
            Span<byte> piece = stackalloc byte[4096];
            while (true)
            {
                Wait(clock, patience, SelectMode.SelectRead);
                int count = _talk.Receive(piece, SocketFlags.None, out SocketError error);
                if (error == SocketError.WouldBlock)
                {
                    continue;
                }
                if (count == 0 || error != SocketError.Success)
                {
                    throw new IOException("it ended without an answer");
                }
                int end = piece[..count].IndexOf((byte)'\n');
                answer.Write(piece[..(end < 0 ? count : end)]);
                if (answer.Length > MaxAnswer)
                {
                    throw new IOException($"its answer is longer than {MaxAnswer} bytes");
                }
                if (end >= 0)
                {
                    return end + 1 == count
                        ? JsonSerializer.Deserialize(answer.GetBuffer().AsSpan(0, (int)answer.Length), SchedulingJson.Default.Plan) ?? throw new JsonException("null")
                        : throw new IOException("it says more than one line for one view");
                }
            }
        }

        public void Dispose()
        {
            _talk.Dispose();
            // It leads a session: whatever it has started goes with it, unless that has left on purpose.
            Signals.Send(-_pid, SIGKILL);
            ChildProcess.Wait(_pid);
        }

        private void Wait(Stopwatch clock, TimeSpan patience, SelectMode mode)
        {
            TimeSpan left = patience - clock.Elapsed;
            if (left <= TimeSpan.Zero || !_talk.Poll(left, mode))
            {
                throw new IOException($"it did not answer within {patience.TotalSeconds:0.##} s");
            }
        }

        private static void Listen(SafeFileHandle errors, Action<string> onWords)
        {
            const int longest = 400;
            using (errors)
            {
                using StreamReader lines = new(new FileStream(errors, FileAccess.Read, 1));
                Span<char> line = stackalloc char[longest];
                int length = 0;
                int next;
                while ((next = ReadOne(lines)) >= 0)
                {
                    if (next != '\n' && length < longest)
                    {
                        line[length++] = (char)next;
                    }
                    else if (next == '\n')
                    {
                        onWords(new string(line[..length]));
                        length = 0;
                    }
                }
            }
        }

        private static int ReadOne(StreamReader reader)
        {
            try
            {
                return reader.Read();
            }
            catch (IOException)
            {
                return -1;
            }
        }
    }
}
