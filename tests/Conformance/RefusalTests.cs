using System.Diagnostics;
using System.Globalization;
using Shouldly;
using Xunit;

namespace Yadokari.Conformance;

/// <summary>Bad input: one clear line, the right exit status, and the process goes on as if nothing had been asked.</summary>
public class RefusalTests : IClassFixture<CompiledPrograms>
{
    private const string Program = "anonymous_memory_keeps_its_content";

    [Fact]
    public void A_pid_that_is_not_there_is_refused()
    {
        using Scene scene = new("refusal", uid: null);
        int free = int.Parse(File.ReadAllText("/proc/sys/kernel/pid_max"), CultureInfo.InvariantCulture) - 1;
        Tool.Checkpoint(scene, free, scene.File_("out.ctx")).ShouldBeOneClearLine(4, $"{free}");
        scene.Has("out.ctx").ShouldBeFalse();
    }

    [SkippableFact]
    public void A_process_of_another_user_is_refused()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs two users");
        using Scene theirs = new("refusal", uid: null);
        using Scene mine = new("refusal", User.Ordinary);
        Untouched(theirs, journey =>
        {
            Tool.Checkpoint(mine, journey.Pid, mine.File_("out.ctx")).ShouldBeOneClearLine(1, $"{journey.Pid}");
            mine.Has("out.ctx").ShouldBeFalse();
        });
    }

    /// <summary>Its memory is gone already, and what /proc has of it belongs to root for as long as the rest takes.</summary>
    [SkippableFact]
    public void Of_one_that_is_about_to_end_nobody_says_that_it_is_another_users()
    {
        const int attempts = 3;
        const string large = "import time; held = b'x' * (200 << 20); open('ready', 'x').close(); time.sleep(1000)";
        Skip.If(User.Ordinary is null, "needs two users");
        for (int attempt = 0; attempt < attempts; attempt++)
        {
            using Scene scene = new("refusal", User.Ordinary);
            using Launched program = scene.Start("large", ["/usr/bin/python3", "-c", large]);
            Until.Holds(() => scene.Has("ready"), () => $"the memory to be there\n{scene.Transcript}");
            ProcessTable.Kill(program.Pid);
            Tool.Checkpoint(scene, program.Pid, scene.File_("out.ctx")).ShouldBeOneClearLine(4, $"{program.Pid}");
        }
    }

    [SkippableFact]
    public void A_kernel_thread_is_refused()
    {
        // kthreadd is 2 wherever kernel threads can be seen.
        Skip.IfNot(ProcessTable.Program(2).Length == 0 && Directory.Exists("/proc/2"), "no kernel threads here");
        using Scene scene = new("refusal", uid: null);
        Tool.Checkpoint(scene, 2, scene.File_("out.ctx")).ShouldBeOneClearLine(1, "kernel thread");
    }

    [Fact]
    public void Pid_1_is_refused()
    {
        using Scene scene = new("refusal", uid: null);
        Tool.Checkpoint(scene, 1, scene.File_("out.ctx")).ShouldBeOneClearLine(1, "1");
        scene.Has("out.ctx").ShouldBeFalse();
    }

    [Fact]
    public void Itself_is_refused()
    {
        using Scene scene = new("refusal", uid: null);
        (Ending ending, string said) answer = RunShell(scene, $"exec {Checkout.Tool} checkpoint $$ -o out.ctx");
        answer.ending.Killed.ShouldBeFalse();
        answer.ending.Number.ShouldNotBe(0, answer.said);
        answer.said.ShouldNotContain("   at ");
    }

    [Fact]
    public void An_existing_output_file_is_left_alone()
    {
        using Scene scene = new("refusal", uid: null);
        File.WriteAllText(scene.File_("out.ctx"), "precious");
        Untouched(scene, journey => Tool.Checkpoint(scene, journey.Pid, scene.File_("out.ctx")).ShouldBeOneClearLine(1, "out.ctx", "exist"));
        File.ReadAllText(scene.File_("out.ctx")).ShouldBe("precious");
    }

    [Fact]
    public void A_link_as_output_file_is_not_followed()
    {
        using Scene scene = new("refusal", uid: null);
        File.CreateSymbolicLink(scene.File_("out.ctx"), scene.File_("elsewhere"));
        Untouched(scene, journey => Tool.Checkpoint(scene, journey.Pid, scene.File_("out.ctx")).ShouldBeOneClearLine(1, "out.ctx"));
        scene.Has("elsewhere").ShouldBeFalse();
    }

    [Fact]
    public void An_output_directory_that_is_not_there_is_refused()
    {
        using Scene scene = new("refusal", uid: null);
        Untouched(scene, journey => Tool.Checkpoint(scene, journey.Pid, scene.File_("no/such/out.ctx")).ShouldBeOneClearLine(4, "no/such"));
    }

    [SkippableFact]
    public void A_full_disk_while_saving_leaves_the_process_running_and_no_file()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs a small file system of its own");
        using Scene scene = new("refusal", uid: null);
        string disk = scene.File_("disk");
        Directory.CreateDirectory(disk);
        RunProcess("/bin/mount", "-t", "tmpfs", "-o", "size=1m", "none", disk);
        try
        {
            Untouched(scene, journey => Tool.Checkpoint(scene, journey.Pid, Path.Combine(disk, "out.ctx")).ShouldBeOneClearLine(1, "space"));
            Directory.GetFileSystemEntries(disk).ShouldBeEmpty();
        }
        finally
        {
            RunProcess("/bin/umount", disk);
        }
    }

    /// <summary>SIGXFSZ would end the tool without a word.</summary>
    [Fact]
    public void A_limit_of_file_sizes_is_told_in_one_line_and_nothing_is_left()
    {
        using Scene scene = new("refusal", uid: null);
        string place = scene.File_("place");
        Directory.CreateDirectory(place);
        Untouched(scene, journey => RunShell(scene, $"ulimit -f 8; exec {Checkout.Tool} checkpoint {journey.Pid} -o {place}/out.ctx")
            .ShouldBeOneClearLine(1, "out.ctx", "larger than files may be here"));
        Directory.GetFileSystemEntries(place).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("text")]
    [InlineData("truncated")]
    [InlineData("cut in the middle")]
    [InlineData("one bit flipped in the header")]
    [InlineData("one bit flipped in the middle")]
    [InlineData("a newer format")]
    public void A_damaged_context_file_is_refused_by_resume_and_inspect(string damage)
    {
        using Scene scene = new("refusal", uid: null);
        byte[] content = [];
        Untouched(scene, journey =>
        {
            journey.SaveAndRunOn();
            content = File.ReadAllBytes(journey.ContextFile);
        });
        string file = scene.File_("damaged.ctx");
        File.WriteAllBytes(file, Damage(content, damage));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Tool.Run(scene, "resume", file).ShouldBeOneClearLine(1, "damaged.ctx");
        if (damage != "one bit flipped in the middle")
        {
            Tool.Run(scene, "inspect", file).ShouldBeOneClearLine(1, "damaged.ctx");
        }
    }

    /// <summary>Every checksum is right, and the manifest is the job's: but other code would run than is shown.</summary>
    [Fact]
    public void A_context_file_that_does_something_else_than_its_manifest_says_is_not_resumed_and_inspect_tells()
    {
        using Scene scene = new("refusal", uid: null);
        byte[] content = [];
        Untouched(scene, journey =>
        {
            journey.SaveAndRunOn();
            content = File.ReadAllBytes(journey.ContextFile);
        });
        content[0x200] ^= 1; // in the header page, behind its checksum
        string file = scene.File_("changed.ctx");
        File.WriteAllBytes(file, content);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Tool.Run(scene, "resume", file).ShouldBeOneClearLine(1, "changed.ctx", "not what this yado makes of its manifest");
        Tool.Run(scene, "resume", "--detach", file).ShouldBeOneClearLine(1, "changed.ctx", "not what this yado makes of its manifest");
        Tool.Run(scene, "inspect", file).ShouldSayNo(1, "another plan than is told here", "not what this yado makes of its manifest");
        Tool.Run(scene, "inspect", "--plan", file).ShouldBeOneClearLine(1, "not what this yado makes of its manifest");
    }

    [Theory]
    [InlineData("resume")]
    [InlineData("inspect")]
    public void A_context_file_that_is_not_there_is_refused(string command)
    {
        using Scene scene = new("refusal", uid: null);
        Tool.Run(scene, command, scene.File_("nowhere.ctx")).ShouldBeOneClearLine(4, "nowhere.ctx");
    }

    [Fact]
    public void A_pid_that_is_taken_is_not_taken_away()
    {
        using Scene scene = new("refusal", uid: null);
        Untouched(scene, journey =>
        {
            journey.SaveAndRunOn();
            // The original lives on under the pid: root gets a namespace for the copy or a clear refusal, never its death.
            (Ending ending, string said) = Tool.Run(scene, "resume", "--detach", journey.ContextFile);
            ending.Killed.ShouldBeFalse(said);
            if (ending.Number != 0)
            {
                (ending, said).ShouldSayNo(5, $"{journey.Pid}");
            }
        });
    }

    [Fact]
    public void A_missing_data_file_is_named()
    {
        const string Reader = "a_renamed_file_is_found";
        using Scene scene = new("refusal", uid: null);
        string copy = scene.Compiled(Reader);
        using Journey journey = Journey.Start(scene, [copy]);
        journey.Await("ready");
        journey.Save();
        File.Delete(scene.File_("new name"));
        Tool.Run(scene, "resume", journey.ContextFile).ShouldSayNo(5, "new name");
    }

    /// <summary>A program is there while the tool is asked, and passes afterwards.</summary>
    private static void Untouched(Scene scene, Action<Journey> ask)
    {
        string copy = scene.Compiled(Program);
        using Journey journey = Journey.Start(scene, [copy]);
        journey.Await("ready");
        ask(journey);
        ProcessTable.IsAlive(journey.Pid).ShouldBeTrue(scene.Transcript);
        scene.Create("go");
        journey.Wait().ShouldBe(new Ending(false, 0), scene.Transcript);
    }

    private static byte[] Damage(byte[] content, string damage)
    {
        byte[] copy = [.. content];
        switch (damage)
        {
            case "empty":
                return [];
            case "text":
                return "This is not a context file.\n"u8.ToArray();
            case "truncated":
                return copy[..^1];
            case "cut in the middle":
                return copy[..(copy.Length / 2)];
            case "one bit flipped in the header":
                copy[20] ^= 1;
                return copy;
            case "one bit flipped in the middle":
                copy[copy.Length / 2] ^= 0x10;
                return copy;
            default:
                // The format's number follows its magic: see docs/context-file.md.
                int magic = copy.AsSpan().IndexOf("YADOKARI"u8);
                magic.ShouldBeGreaterThan(0, "the magic of the format");
                copy[magic + 8] = 99;
                return copy;
        }
    }

    private static (Ending Ending, string Said) RunShell(Scene scene, string command)
    {
        using Launched shell = scene.Start("shell", ["/bin/sh", "-c", command], environment: new Dictionary<string, string> { ["HOME"] = scene.Directory });
        Ending ending = shell.Wait(() => command);
        return (ending, File.ReadAllText(scene.Stream(scene.Started, "shell", "out")) + File.ReadAllText(scene.Stream(scene.Started, "shell", "err")));
    }

    private static void RunProcess(string file, params string[] arguments)
    {
        using Process process = Process.Start(file, arguments);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{file} {string.Join(' ', arguments)}");
    }
}
