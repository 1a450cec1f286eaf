using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Context;

namespace Yadokari.Cli;

/// <summary>A context file that may be run. It stays open from the first look on, and what was looked at is what is run,
/// whoever puts another file in its place meanwhile. Dispose it when the process is started.</summary>
public sealed class RunnableContext : IDisposable
{
    private readonly SafeFileHandle _file;

    /// <param name="context">What is inside.</param>
    /// <param name="file">The open file; owned from here on.</param>
    internal RunnableContext(ContextFile context, SafeFileHandle file)
    {
        Context = context;
        _file = file;
    }

    /// <summary>What is inside.</summary>
    public ContextFile Context { get; }

    /// <summary>The path by which this process and its children execute the file, as long as this lives (proc_pid_fd(5)).</summary>
    public string Program => $"/proc/{Environment.ProcessId}/fd/{_file.DangerousGetHandle()}";

    public void Dispose() => _file.Dispose();
}
