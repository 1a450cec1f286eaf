using Microsoft.Win32.SafeHandles;

namespace Yadokari.Daemon.Moves;

/// <summary>Brings a file to disk while more of it comes: once more as soon as it is there, if it was asked for meanwhile.</summary>
internal sealed class FlushBehind(string path)
{
    private readonly Lock _lock = new();
    private bool _isWorking;
    private bool _isAskedAgain;
    private bool _isNew = true;

    /// <summary>Ends when nothing is left to be done; fails when the disk does.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>More of it came.</summary>
    public void Wrote()
    {
        lock (_lock)
        {
            _isNew = true;
        }
    }

    /// <summary>As <see cref="Ask"/>, unless nothing came since the last time.</summary>
    /// <returns>As <see cref="Running"/>.</returns>
    public Task AskIfNew()
    {
        lock (_lock)
        {
            return _isNew ? Ask() : Running;
        }
    }

    /// <summary>All that came is to be on disk.</summary>
    /// <returns>As <see cref="Running"/>.</returns>
    public Task Ask()
    {
        lock (_lock)
        {
            _isNew = false;
            if (!_isWorking)
            {
                _isWorking = true;
                Running = Task.Run(Work);
            }
            else
            {
                _isAskedAgain = true;
            }
            return Running;
        }
    }

    /// <summary>By a descriptor of its own, for reading: a file that is open for writing can't be executed.</summary>
    public static void Flush(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    private void Work()
    {
        do
        {
            Flush(path);
        }
        while (IsWanted());
    }

    private bool IsWanted()
    {
        lock (_lock)
        {
            _isWorking = _isAskedAgain;
            _isAskedAgain = false;
            return _isWorking;
        }
    }
}
