using Shouldly;
using Xunit;
using Yadokari.Engine.Resume;
using Yadokari.Linux.Spawn;

namespace Yadokari.Engine.Tests.Resume;

/// <summary>In namespaces of the job's own a process whose parent has ended is a child of the job's init, before and after.</summary>
public sealed class OrphanTests : IDisposable
{
    /// <summary>
    /// 0: in the main process's session. 1: leads a session, and is asked by a child. 2: in the session of a leader that has ended, as a
    /// daemon that forked twice. 3: in the session of one that lives, and is asked in the place of its orphan.
    /// </summary>
    private const string Program = """
        import os, sys
        go, tell = os.pipe(), os.pipe()
        def adopted():
            while os.getppid() != 1:
                pass
        def orphan(kind):
            if kind == 2:
                os.setsid()
                if os.fork() != 0:
                    os._exit(0)
            adopted()
            if kind == 1:
                os.setsid()
                if os.fork() != 0:
                    os.wait()
                    os._exit(0)
            if kind == 3:
                os.setsid()
                if os.fork() == 0:
                    if os.fork() != 0:
                        os._exit(0)
                    adopted()
                else:
                    os.wait()
                    os.wait() if os.fork() else os.read(go[0], 1)
                    os._exit(0)
            os.write(tell[1], b'x')
            os.read(go[0], 1)
            os.write(tell[1], b'%d %d %d %d\n' % (kind, os.getpid(), os.getppid(), os.getsid(0)))
            os._exit(0)
        print('ready', flush=True)
        for line in sys.stdin:
            if line == 'make\n':
                for kind in range(4):
                    if os.fork() == 0:
                        if os.fork() == 0:
                            orphan(kind)
                        os._exit(0)
                    os.wait()
                    os.read(tell[0], 1)
                print('made', flush=True)
            else:
                os.write(go[1], b'x' * 5)
                with os.fdopen(tell[0]) as said:
                    print(sorted(said.readline() for _ in range(4)), os.getpid(), flush=True)
        """;

    private readonly TalkingProgram _program = new(Program);

    public void Dispose() => _program.Dispose();

    [Fact]
    public void They_keep_their_places_and_go_on()
    {
        using Talker talker = new();
        string first = _program.Save(_program.Start(talker), kill: true);
        using Talker inside = new();
        using HeldProcess held = _program.Prepare(first, inside, ownNamespaces: true);
        held.Release();
        inside.Ask("make").ShouldBe("made");
        string second = _program.Save(held.Pid, kill: true, threads: 8);

        using Talker after = new();
        using HeldProcess again = _program.Prepare(second, after);
        again.Release();
        string said = after.Ask("ask");
        string[] numbers = [.. said.Split(['\'', '\\'], StringSplitOptions.RemoveEmptyEntries).Where(part => part.Contains(' ') && char.IsAsciiDigit(part[0]))];
        numbers.Length.ShouldBe(4, said);
        string main = said[(said.LastIndexOf(' ') + 1)..];
        string[][] orphans = [.. numbers.Select(line => line.Split(' '))];

        // Kind, number, parent, session.
        orphans.ShouldContain(orphan => orphan[0] == "0" && orphan[2] == "1" && orphan[3] == main, said);
        orphans.ShouldContain(orphan => orphan[0] == "1" && orphan[2] == orphan[3] && orphan[2] != "1", said);
        orphans.Where(orphan => orphan[0] is "2" or "3").ShouldAllBe(orphan => orphan[2] == "1" && orphan[3] != main && orphan[3] != orphan[1], said);
        after.Dispose();
        ChildProcess.Wait(again.ShellPid).ShouldBe(0);
    }
}
