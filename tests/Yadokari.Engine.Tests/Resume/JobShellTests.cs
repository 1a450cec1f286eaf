using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Shouldly;
using Xunit;
using Yadokari.Engine.Resume;
using Yadokari.Engine.Tests.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Spawn;

namespace Yadokari.Engine.Tests.Resume;

public sealed class JobShellTests : IDisposable
{
    private readonly SafeFileHandle _exit = MemoryFile.Create("exit");
    private readonly SafeFileHandle _output = MemoryFile.Create("output");
    private readonly SafeFileHandle _input = File.OpenHandle("/dev/null");

    public void Dispose()
    {
        _exit.Dispose();
        _output.Dispose();
        _input.Dispose();
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7 << 8)]
    [InlineData("exit 255", 255 << 8)]
    [InlineData("kill -TERM $$", 15)]
    [InlineData("kill -KILL $$", 9)]
    public void The_status_of_the_job_is_kept_in_the_file_and_repeated_by_the_shell(string script, int status)
    {
        JobShell shell = Start(script);
        ChildProcess.Wait(shell.ShellPid).ShouldBe(status);
        BinaryPrimitives.ReadInt32LittleEndian(PlanProcess.Content(_exit)).ShouldBe(status);
    }

    [Fact]
    public void The_job_has_its_own_small_pid_and_its_own_proc()
    {
        ChildProcess.Wait(Start("echo $$ $PPID; read name < /proc/$$/comm; echo $name; cd /proc; echo [0-9]*").ShellPid).ShouldBe(0);
        Lines().ShouldBe(["2 1", "sh", "1 2"]);
    }

    [Fact]
    public void The_job_has_the_directory_and_environment_it_was_given_and_no_descriptors_of_ours()
    {
        // The shell has the directory itself open while it lists it.
        ChildProcess.Wait(Start("pwd; echo $GREETING; echo $HOME; cd /proc/$$/fd; echo *").ShellPid).ShouldBe(0);
        Lines().ShouldBe(["/usr", "hello world", "", "0 1 2 3"]);
    }

    [Fact]
    public void The_job_blocks_and_ignores_no_signals()
    {
        // In place of the shell, which blocks signals itself while it starts a program.
        ChildProcess.Wait(Start("exec grep -E '^Sig(Blk|Ign|Pnd)|^ShdPnd' /proc/self/status").ShellPid).ShouldBe(0);
        Lines().Select(line => line.Split('\t')[1]).ShouldAllBe(mask => mask == "0000000000000000");
    }

    [Fact]
    public void The_job_is_found_from_outside_and_its_end_ends_the_shell()
    {
        using SocketPair pair = SocketPair.Create();
        JobShell shell = JobShell.Start(Request("/bin/cat", ["cat"]) with { StandardInput = pair.Child });
        pair.Child.Dispose();
        ProcStatus job = ProcStatus.Read(shell.Pid)!;
        job.NsPid[^1].ShouldBe(2);
        JobShell.FindJob(shell.ShellPid).ShouldBe(shell.Pid);
        shell.TryReap(out _).ShouldBeFalse();
        pair.Dispose(); // the end of its input
        ChildProcess.Wait(shell.ShellPid).ShouldBe(0);
        JobShell.FindJob(shell.ShellPid).ShouldBeNull();
    }

    [Fact]
    public void A_killed_job_is_told_as_killed()
    {
        using SocketPair pair = SocketPair.Create();
        JobShell shell = JobShell.Start(Request("/bin/cat", ["cat"]) with { StandardInput = pair.Child });
        Signals.Send(shell.Pid, 9);
        ChildProcess.Wait(shell.ShellPid).ShouldBe(9);
        BinaryPrimitives.ReadInt32LittleEndian(PlanProcess.Content(_exit)).ShouldBe(9);
    }

    [Fact]
    public void A_signal_to_the_shell_reaches_the_job()
    {
        using SocketPair pair = SocketPair.Create();
        JobShell shell = JobShell.Start(Request("/bin/cat", ["cat"]) with { StandardInput = pair.Child });
        Signals.Send(shell.ShellPid, 10);
        ChildProcess.Wait(shell.ShellPid).ShouldBe(10);
    }

    [Theory]
    [InlineData("/nowhere/program", "/usr", "execute /nowhere/program: No such file or directory")]
    [InlineData("/etc/passwd", "/usr", "execute /etc/passwd: Permission denied")]
    [InlineData("/bin/true", "/nowhere", "change to directory /nowhere: No such file or directory")]
    public void What_can_not_be_started_is_told_in_one_line(string program, string directory, string message) =>
        Should.Throw<EngineException>(() => JobShell.Start(Request(program, ["x"]) with { WorkingDirectory = directory })).Message.ShouldBe(message);

    private JobShell Start(string script) => JobShell.Start(Request("/bin/sh", ["sh", "-c", script]));

    private JobStart Request(string program, IReadOnlyList<string> arguments) => new()
    {
        Program = program,
        Arguments = arguments,
        Environment = ["GREETING=hello world", "PATH=/usr/bin:/bin"],
        WorkingDirectory = "/usr",
        StandardInput = _input,
        StandardOutput = _output,
        StandardError = _output,
        ExitStatusFile = _exit,
    };

    private string[] Lines() => Encoding.UTF8.GetString(PlanProcess.Content(_output)).TrimEnd('\n').Split('\n');
}
