using Shouldly;

namespace Yadokari.Conformance;

/// <summary>A process that is started, moved any number of times by context files, and waited for.</summary>
internal sealed class Journey : IDisposable
{
    private readonly Scene _scene;
    private readonly int _ownPid;
    private Launched _current;
    private int _hops;

    private Journey(Scene scene, Launched started)
    {
        _scene = scene;
        _current = started;
        _ownPid = started.Pid;
        Pid = started.Pid;
    }

    /// <summary>The process's pid as the test run sees it; changes when a resume gives it a pid namespace.</summary>
    public int Pid { get; private set; }

    /// <summary>The newest context file.</summary>
    public string ContextFile => _scene.File_($"hop-{_hops}.ctx");

    public bool IsOver => _current.IsOver;

    public static Journey Start(
        Scene scene,
        IReadOnlyList<string> command,
        string leader = "session",
        IReadOnlyDictionary<string, string>? environment = null,
        string input = "/dev/null") =>
        new(scene, scene.Start("job", command, leader, environment, input));

    /// <summary>Saves the process, which removes it, and runs the context file with an empty environment.</summary>
    public void Hop()
    {
        Save();
        Resume();
    }

    /// <summary>Saves the process and waits until it is gone.</summary>
    /// <param name="more">Further words of the command.</param>
    public void Save(params IReadOnlyList<string> more)
    {
        _hops++;
        (Ending ending, string said) = Tool.Checkpoint(_scene, Pid, ContextFile, leaveRunning: false, more);
        RequireDone(ending, $"yado checkpoint said: {said}");
        AwaitGone();
    }

    /// <summary>Saves the process, which runs on.</summary>
    /// <param name="more">Further words of the command.</param>
    public void SaveAndRunOn(params IReadOnlyList<string> more)
    {
        _hops++;
        (Ending ending, string said) = Tool.Checkpoint(_scene, Pid, ContextFile, leaveRunning: true, more);
        RequireDone(ending, $"yado checkpoint --leave-running said: {said}");
        ProcessTable.IsAlive(Pid).ShouldBeTrue($"process {Pid} should run on\n{_scene.Transcript}");
        // The file runs by its plan alone; hosts and `yado resume` read its manifest as well.
        (ending, said) = Tool.Run(_scene, "inspect", ContextFile);
        ending.ShouldBe(new Ending(false, 0), $"yado inspect said: {said}\n{_scene.Transcript}");
    }

    /// <summary>Asks the tool to save the process, whatever it answers.</summary>
    /// <param name="more">Further words of the command.</param>
    public (Ending Ending, string Said) TryToSave(params IReadOnlyList<string> more)
    {
        _hops++;
        return Tool.Checkpoint(_scene, Pid, ContextFile, leaveRunning: false, more);
    }

    /// <summary>Runs the newest context file.</summary>
    public void Resume() => _current = _scene.Start("resume", [ContextFile]);

    /// <summary>Runs the newest context file on a host with pids of its own and a day more of uptime.</summary>
    public void ResumeOnAnotherHost() => _current = _scene.Start(
        "resume",
        [
            "/usr/bin/unshare", "--pid", "--mount-proc", "--uts", "--time", "--monotonic", "86400", "--boottime", "86400",
            // The shell is the host's init, which a program seldom is.
            "--fork", "--kill-child", "--", "/bin/sh", "-c", "\"$0\"; exit $?", ContextFile,
        ]);

    /// <summary>Kills the process with all that it has started, and waits until it is gone.</summary>
    public void Kill()
    {
        // Stopped first, so that none of them sees another one end.
        IReadOnlyList<int> family = ProcessTable.Family(Pid);
        foreach (int pid in family)
        {
            ProcessTable.Signal(pid, "STOP");
        }

        foreach (int pid in family)
        {
            ProcessTable.Kill(pid);
        }

        _current.Wait(() => $"process {Pid} to be gone");
        _current.Dispose();
    }

    /// <summary>Waits until the resumed process is there, under whatever pid the test run sees.</summary>
    public void Find()
    {
        int? found = null;
        Until.Holds(
            () => _current.IsOver || (found = ProcessTable.FindByOwnPid(_current.Pid, _ownPid)) is not null,
            () => $"a process that knows itself as {_ownPid}\n{_scene.Transcript}");
        Pid = found ?? throw new ShouldAssertException($"the context file ended before its process was seen\n{_scene.Transcript}");
    }

    /// <summary>Waits until <paramref name="file"/> is there, as long as the process lives.</summary>
    public void Await(string file) => Until.Holds(
        () => _scene.Has(file) || _current.IsOver,
        () => $"the program to make {file}; its threads: {ProcessTable.States(Pid)}\n{_scene.Transcript}");

    /// <summary>Has the process answer, which shows that it lives on after the last hop.</summary>
    public void Answer()
    {
        // The program answers one after the other; some may not have been asked for.
        foreach (string hop in Enumerable.Range(1, _hops).Select(number => $"hop-{number}").Where(hop => !_scene.Has(hop)))
        {
            _scene.Create(hop);
        }

        Await($"ack-{_hops}");
        _scene.Has($"ack-{_hops}").ShouldBeTrue($"the program did not live on after hop {_hops}\n{_scene.Transcript}");
        Find();
    }

    /// <summary>Waits until the program has done all its work.</summary>
    public Ending Wait() => _current.Wait(
        () => $"the program to end; its threads: {ProcessTable.States(Pid)}\n{_scene.Transcript}", Until.PatienceWithWork);

    public void Dispose() => _current.Dispose();

    /// <summary>Where it was not moved the program checks itself where it is: what it says tells why.</summary>
    private void RequireDone(Ending ending, string said)
    {
        if (ending != new Ending(false, 0))
        {
            _scene.Create("go");
            _current.Wait(() => $"the program to end; {said}\n{_scene.Transcript}", Until.PatienceWithWork);
            throw new ShouldAssertException($"{said}\n{_scene.Transcript}");
        }
    }

    /// <summary>Waits until the process that was saved is gone.</summary>
    public void AwaitGone()
    {
        _current.Wait(() => $"process {Pid} to be gone after its checkpoint\n{_scene.Transcript}");
        _current.Dispose();
    }
}
