using System.Diagnostics;
using System.Globalization;

namespace Yadokari.Conformance;

/// <summary>A process that <c>spawn</c> started; whoever launched it disposes it, which kills what is left of it.</summary>
internal sealed class Launched : IDisposable
{
    private readonly Process _spawn;
    private readonly string _record;
    private bool _disposed;

    private Launched(Process spawn, string record, int pid)
    {
        _spawn = spawn;
        _record = record;
        Pid = pid;
    }

    public int Pid { get; }

    public bool IsOver => File.Exists(_record + ".status");

    /// <summary>Starts <paramref name="command"/> with its streams on regular files and the environment given, no other.</summary>
    /// <param name="record">Path of the files in which <c>spawn</c> keeps pid and status; new for each start.</param>
    /// <param name="uid">The user to become, or null to stay.</param>
    public static Launched Start(
        string record,
        uint? uid,
        string leader,
        string workingDirectory,
        string input,
        string output,
        string errors,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<string> command)
    {
        ProcessStartInfo start = new(Path.Combine(Checkout.Compiled, "spawn"))
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardError = true,
        };
        string user = uid?.ToString(CultureInfo.InvariantCulture) ?? "-";
        foreach (string word in (string[])[record, user, leader, input, output, errors, .. command])
        {
            start.ArgumentList.Add(word);
        }

        start.Environment.Clear();
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        Process spawn = Process.Start(start) ?? throw new InvalidOperationException("spawn did not start");
        Until.Holds(
            () => File.Exists(record + ".pid") || spawn.HasExited,
            () => $"spawn to start {command[0]}");
        return File.Exists(record + ".pid")
            ? new Launched(spawn, record, int.Parse(File.ReadAllText(record + ".pid"), CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"spawn: {spawn.StandardError.ReadToEnd()}");
    }

    /// <summary>Waits until it is over.</summary>
    public Ending Wait(Func<string> what, TimeSpan? patience = null)
    {
        Until.Holds(() => IsOver, what, patience);
        return Ending.Parse(File.ReadAllText(_record + ".status"));
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!IsOver)
        {
            foreach (int pid in ProcessTable.Family(Pid))
            {
                ProcessTable.Kill(pid);
            }
        }

        _spawn.WaitForExit(Until.Patience);
        _spawn.Dispose();
    }
}
