using Shouldly;
using Xunit;
using Yadokari.Engine.Context;
using Yadokari.Engine.Resume;
using Yadokari.Linux.Spawn;

namespace Yadokari.Engine.Tests.Resume;

/// <summary>A program that looks at itself holds files of its own process in /proc: they are there as soon as it is.</summary>
public sealed class OwnProcTests : IDisposable
{
    private const string Program = """
        import os, sys
        status = os.open('/proc/self/status', os.O_RDONLY)
        place = os.open('/proc/self/task', os.O_RDONLY | os.O_DIRECTORY)
        print('ready', flush=True)
        for line in sys.stdin:
            os.lseek(status, 0, 0)
            rows = os.read(status, 4096).decode().splitlines()
            print([row for row in rows if row.startswith('Pid:')], os.listdir(place), flush=True)
        """;

    private readonly TalkingProgram _program = new(Program);

    public void Dispose() => _program.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void They_are_not_missed_before_and_are_its_own_after(bool ownNamespaces)
    {
        using Talker talker = new();
        int pid = _program.Start(talker);
        string before = talker.Ask("look");
        before.ShouldContain($"{pid}");
        string path = _program.Save(pid, kill: true);
        ContextFile.Open(path).FindMissing().ShouldBeEmpty();

        using Talker after = new();
        using HeldProcess held = _program.Prepare(path, after, ownNamespaces);
        held.Release();
        after.Ask("look").ShouldBe(before);
        after.Dispose();
        ChildProcess.Wait(held.ShellPid).ShouldBe(0);
    }
}
