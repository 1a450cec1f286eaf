using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Yadokari.Linux.Ptrace;

/// <summary>
/// The one OS thread that makes every ptrace call of a session: a tracee belongs to the thread that
/// attached it, any other gets ESRCH (ptrace(2)). When the thread ends, the kernel lets every tracee run on.
/// </summary>
public sealed class Tracer : IDisposable
{
    private readonly BlockingCollection<Action> work = [];
    private readonly Thread thread;

    public Tracer()
    {
        thread = new Thread(RunLoop, 4 * 1024 * 1024) { Name = "tracer", IsBackground = true };
        thread.Start();
    }

    /// <summary>Runs on the tracer thread and waits for the result; exceptions come back with their stack.</summary>
    public T Run<T>(Func<T> function)
    {
        if (Thread.CurrentThread == thread)
        {
            return function();
        }

        T result = default!;
        ExceptionDispatchInfo? failure = null;
        using ManualResetEventSlim done = new();
        work.Add(() =>
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
        work.CompleteAdding();
        thread.Join();
        work.Dispose();
    }

    private void RunLoop()
    {
        foreach (Action action in work.GetConsumingEnumerable())
        {
            action();
        }
    }
}
