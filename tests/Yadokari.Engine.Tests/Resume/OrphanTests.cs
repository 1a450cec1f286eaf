using Shouldly;
using Xunit;
using Yadokari.Engine.Resume;
using Yadokari.Linux.Spawn;

namespace Yadokari.Engine.Tests.Resume;

/// <summary>In namespaces of the job's own a process whose parent has ended is a child of the job's init, before and after.</summary>
public sealed class OrphanTests : IDisposable
{
    private const string Program = """
        import os, sys
        go, tell = os.pipe(), os.pipe()
        def orphan(own_session):
            if own_session:
                os.setsid()
            while os.getppid() != 1:
                pass
            if own_session and os.fork() != 0:
                os.wait()
                os._exit(0)
            os.write(tell[1], b'x')
            os.read(go[0], 1)
            os.write(tell[1], b'%d %d %d\n' % (os.getpid(), os.getppid(), os.getsid(0)))
            os._exit(0)
        print('ready', flush=True)
        for line in sys.stdin:
            if line == 'make\n':
                for own_session in (False, True):
                    if os.fork() == 0:
                        if os.fork() == 0:
                            orphan(own_session)
                        os._exit(0)
                    os.wait()
                    os.read(tell[0], 1)
                print('made', flush=True)
            else:
                os.write(go[1], b'xx')
                with os.fdopen(tell[0]) as said:
                    print(sorted([said.readline(), said.readline()]), os.getpid(), flush=True)
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
        string second = _program.Save(held.Pid, kill: true, threads: 4);

        using Talker after = new();
        using HeldProcess again = _program.Prepare(second, after);
        again.Release();
        string said = after.Ask("ask");
        string[] numbers = [.. said.Split(['\'', '\\'], StringSplitOptions.RemoveEmptyEntries).Where(part => part.Contains(' ') && char.IsAsciiDigit(part[0]))];
        numbers.Length.ShouldBe(2, said);
        string main = said[(said.LastIndexOf(' ') + 1)..];
        string[][] orphans = [.. numbers.Select(line => line.Split(' '))];

        // One is the init's child, in the main process's session; the other the child of one that is, and leads its session.
        orphans.ShouldContain(orphan => orphan[1] == "1" && orphan[2] == main, said);
        orphans.ShouldContain(orphan => orphan[1] == orphan[2] && orphan[1] != "1", said);
        after.Dispose();
        ChildProcess.Wait(again.ShellPid).ShouldBe(0);
    }
}
