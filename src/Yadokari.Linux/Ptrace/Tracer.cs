using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Yadokari.Linux.Ptrace;

/// <summary>
/// The one OS thread that makes every ptrace call of a session: a tracee belongs to the thread that
/// attached it, any other gets ESRCH (ptrace(2)). When the thread ends, the kernel lets every tracee run on.
/// </summary>
public sealed class Tracer : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public Tracer()
    {
        _thread = new Thread(RunLoop, 4 * 1024 * 1024) { Name = "tracer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Runs on the tracer thread and waits for the result; exceptions come back with their stack.</summary>
    public T Run<T>(Func<T> function)
    {
        if (Thread.CurrentThread == _thread)
        {
            return function();
        }

        T result = default!;
        ExceptionDispatchInfo? failure = null;
        using ManualResetEventSlim done = new();
        _work.Add(() =>
        {
            try
            {
                result = function();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                done.Set();
            }
        });
        done.Wait();
        failure?.Throw();
        return result;
    }

    /// <inheritdoc cref="Run{T}"/>
    public void Run(Action action) => Run(() =>
    {
        action();
        return true;
    });

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void RunLoop()
    {
        foreach (Action action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }
}
