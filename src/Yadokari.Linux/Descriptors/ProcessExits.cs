using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Linux.Descriptors;

/// <summary>
/// Waits for the end of any number of processes on one thread: a pidfd becomes readable when its process ends
/// (pidfd_open(2)), an epoll instance collects them. Thread-safe.
/// </summary>
public sealed class ProcessExits : IDisposable
{
    private const int ControlAdd = 1;
    private const int ControlDelete = 2;
    private const uint In = 1;
    private const int EventSize = 12; // struct epoll_event is packed on x86-64: u32 events, u64 data
    private const ulong StopKey = 0;

    private readonly SafeFileHandle _epoll;
    private readonly SafeFileHandle _stopRead;
    private readonly SafeFileHandle _stopWrite;
    private readonly ConcurrentDictionary<ulong, Waiter> _waiters = new();
    private readonly Lazy<Thread> _thread;
    private ulong _lastKey = StopKey;

    public ProcessExits()
    {
        _epoll = new SafeFileHandle((nint)LinuxCall.Check("epoll_create1", null, SystemCall.Epoll_create1, O_CLOEXEC), ownsHandle: true);
        // Its read end hangs up when the write end is closed: that ends the thread, which else sleeps for as long as nothing happens.
        (_stopRead, _stopWrite) = Pipe.Create();
        Control(ControlAdd, _stopRead, StopKey);
        _thread = new Lazy<Thread>(() =>
        {
            Thread thread = new(Run) { IsBackground = true, Name = "process exits" };
            thread.Start();
            return thread;
        });
    }

    /// <summary>Completes when the process has ended (it may still be a zombie), at once when there is none.</summary>
    public Task WaitAsync(int pid, CancellationToken cancellation)
    {
        SafeFileHandle? process = PidFd.Open(pid);
        return process is null ? Task.CompletedTask : WaitOwnedAsync(process, cancellation);
    }

    public void Dispose()
    {
        _stopWrite.Dispose();
        if (_thread.IsValueCreated)
        {
            _thread.Value.Join();
        }

        _epoll.Dispose();
        _stopRead.Dispose();
        foreach (ulong key in _waiters.Keys)
        {
            if (_waiters.TryRemove(key, out Waiter? waiter))
            {
                waiter.Done.TrySetCanceled();
                waiter.Process.Dispose();
            }
        }
    }

    private async Task WaitOwnedAsync(SafeFileHandle process, CancellationToken cancellation)
    {
        ulong key = Interlocked.Increment(ref _lastKey);
        Waiter waiter = new(process, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _waiters[key] = waiter;
        Control(ControlAdd, process, key);
        _ = _thread.Value;
        try
        {
            await waiter.Done.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (_waiters.TryRemove(key, out _))
            {
                Control(ControlDelete, process, key);
                process.Dispose();
            }
        }
    }

    private unsafe void Run()
    {
        const int most = 64;
        byte* events = stackalloc byte[most * EventSize];
        while (true)
        {
            long count = LinuxCall.Invoke(SystemCall.Epoll_wait, Descriptor.Number(_epoll), (nint)events, most, -1);
            if (count == -Errno.EINTR)
            {
                // A signal of the program; epoll_wait is never made again by the kernel (signal(7)).
                continue;
            }

            if (count < 0)
            {
                throw new SystemCallException("epoll_wait", (int)-count);
            }

            for (int i = 0; i < count; i++)
            {
                ulong key = *(ulong*)(events + (i * EventSize) + sizeof(uint));
                if (key == StopKey)
                {
                    return;
                }

                if (_waiters.TryRemove(key, out Waiter? waiter))
                {
                    Control(ControlDelete, waiter.Process, key);
                    waiter.Process.Dispose();
                    waiter.Done.TrySetResult();
                }
            }
        }
    }

    private unsafe void Control(int operation, SafeFileHandle process, ulong key)
    {
        byte* entry = stackalloc byte[EventSize];
        *(uint*)entry = In;
        *(ulong*)(entry + sizeof(uint)) = key;
        LinuxCall.Check("epoll_ctl", null, SystemCall.Epoll_ctl, Descriptor.Number(_epoll), operation, Descriptor.Number(process), (nint)entry);
        GC.KeepAlive(process);
    }

    private sealed record Waiter(SafeFileHandle Process, TaskCompletionSource Done);
}
