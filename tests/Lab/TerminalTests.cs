using System.Globalization;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>A job that is started in a terminal has one of its own, which is shown in its caller's and follows it.</summary>
public sealed class TerminalTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    private const string EndOfFile = "\u0004";
    private const string Interrupt = "\u0003";
    private const string Erase = "\u007f";
    private const string Leave = "\u0010\u0011";

    [SkippableFact]
    public async Task An_editor_is_typed_into_while_it_moves_and_writes_what_was_typed()
    {
        Skip.IfNot(File.Exists("/usr/bin/vim"), "no vim here");
        string letter = hosts.File_("letter.txt");
        using ForegroundJob job = Started("h1", "letter", $"vim -u NONE -n {letter}");
        Until.Holds(() => job.Output.Contains("letter.txt", StringComparison.Ordinal), () => $"no editor: {job.Output}");
        string typed = "";
        Type("ibefore ");
        foreach (string host in (string[])["h2", "h1"])
        {
            Task moving = Task.Run(() => job.MoveTo(host));
            for (int word = 0; word < 10 || !moving.IsCompleted; word++)
            {
                Type(string.Create(CultureInfo.InvariantCulture, $"{host}.{word} "));
                await Task.WhenAny(moving, Task.Delay(50));
            }
            await moving;
            Type($"between on {host} ");
        }
        job.Feed("after\u001b:wq\r");

        Ending ending = job.End();

        ending.Status.ShouldBe(0, ending.Errors);
        File.ReadAllText(letter).ShouldBe(typed[1..] + "after\n");
        ending.Errors.ShouldContain("terminal as before");

        void Type(string text)
        {
            typed += text;
            job.Feed(text);
        }
    }

    [Fact]
    public void A_prompt_keeps_what_it_knows_and_hears_of_keys_and_of_the_window()
    {
        using ForegroundJob job = Started("h1", "prompt", "python3 -q -i -c 'import os, time; x = 41'");
        Says(job, ">>> ");
        job.Feed("print('leads', os.getsid(0) == os.getpid(), os.tcgetpgrp(0) == os.getpgrp(), os.isatty(2))\r");
        Says(job, "leads True True True");
        job.MoveTo("h2");
        job.Feed("print('x is', x + 1, os.tcgetpgrp(0) == os.getpgrp(), os.get_terminal_size())\r");
        Says(job, "x is 42 True os.terminal_size(columns=80, lines=24)");
        job.Feed([0xfe, .. "30 100\n"u8]);
        job.Feed("while os.get_terminal_size().columns == 80: time.sleep(0.01)\n\r");
        job.Feed("print('then', os.get_terminal_size())\r");
        Says(job, "then os.terminal_size(columns=100, lines=30)");
        job.Feed("print('asleep') or time.sleep(1000)\r");
        Says(job, "\nasleep");
        job.Feed(Interrupt);
        Says(job, "KeyboardInterrupt");
        job.MoveTo("h1");
        job.Feed("exit(x)\r");

        Ending ending = job.End();

        ending.Status.ShouldBe(41, ending.Errors);
        ending.Errors.ShouldContain("terminal as before");
    }

    [Fact]
    public void What_was_typed_ahead_is_read_once_and_shown_once()
    {
        string go = hosts.File_("ahead.go");
        File.WriteAllText(
            hosts.File_("ahead.py"),
            """
            import os, sys, time
            print("ready", flush=True)
            while not os.path.exists(sys.argv[1]):
                time.sleep(0.01)
            print([os.read(0, 100) for _ in range(5)])
            sys.exit(9)
            """);
        using ForegroundJob job = Started("h1", "ahead", $"python3 {hosts.File_("ahead.py")} {go}");
        Says(job, "ready");
        job.Feed("one\ntwo\nthrex");
        Says(job, "one\r\ntwo\r\nthrex");
        job.MoveTo("h2");
        job.Feed($"{Erase}e\n{EndOfFile}fou");
        Says(job, "three\r\nfou", where: screen => screen.Replace("x\b \b", "", StringComparison.Ordinal));
        job.MoveTo("h1");
        job.Feed("r\n");
        Says(job, "four\r\n");
        File.WriteAllText(go, "");

        Ending ending = job.End();

        ending.Status.ShouldBe(9, ending.Errors);
        ending.Output.Replace("x\b \b", "", StringComparison.Ordinal)
            .ShouldBe("ready\r\none\r\ntwo\r\nthree\r\nfour\r\n[b'one\\n', b'two\\n', b'three\\n', b'', b'four\\n']\r\n");
    }

    [SkippableFact]
    public void A_shell_keeps_its_jobs_and_what_is_in_the_foreground()
    {
        Skip.IfNot(File.Exists("/bin/bash"), "no bash here");
        using ForegroundJob job = Started("h1", "shell", "bash --norc");
        job.Feed("PS1='> '; x=5; sleep 1000 &\recho be''gun; cat\r");
        Says(job, "begun");
        job.Feed("one\r");
        Says(job, "one\r\none\r\n");
        job.MoveTo("h2");
        job.Feed("two\r");
        Says(job, "two\r\ntwo\r\n");
        job.Feed(Interrupt);
        Says(job, "^C");
        job.Feed("echo x is $((x + 1)); jobs; cat\r");
        Says(job, "x is 6");
        Says(job, "Running");
        job.Feed("three\r");
        Says(job, "three\r\nthree\r\n");
        job.MoveTo("h1");
        job.Feed("four\r");
        Says(job, "four\r\nfour\r\n");
        job.Feed(EndOfFile + "kill %1; exit 4\r");

        job.End().Status.ShouldBe(4);
    }

    [Fact]
    public void A_terminal_is_left_by_keys_and_shown_again_from_another_host()
    {
        using (ForegroundJob first = Started("h1", "left", "perl -e '$| = 1; print \"hello\\n\"; while (<STDIN>) { print \"<$_>\"; exit 6 if /end/ }'"))
        {
            Says(first, "hello");
            first.Feed("one\n");
            Says(first, "<one");
            first.Feed(Leave);

            Ending left = first.End();

            left.Status.ShouldBe(0, left.Errors);
            left.Output.ShouldContain("yado attach left");
            left.Errors.ShouldContain("terminal as before");
        }
        using ForegroundJob second = Attached("h2", "left");
        second.Feed("two\n");
        Says(second, "<two");
        second.MoveTo("h2");
        second.Feed("end\n");

        Ending ending = second.End();

        ending.Status.ShouldBe(6, ending.Errors);
        ending.Output.ShouldNotContain("<one");
    }

    [Fact]
    public void A_job_whose_caller_is_killed_lives_on_and_shows_what_was_missed()
    {
        using ForegroundJob first = Started("h1", "widow", "perl -e '$| = 1; print \"hello\\n\"; while (<STDIN>) { print \"<$_>\"; exit 7 if /end/ }'");
        Says(first, "hello");
        string caller = hosts.On("h1", "sh", "-c", "pgrep -f '^([^ ]*/)?yado run --name widow'").Succeeds().Output.Trim();
        hosts.On("h1", "kill", "-9", caller).Succeeds();
        first.End();
        first.Output.ShouldNotContain("<");
        using ForegroundJob second = Attached("h1", "widow");
        second.Feed("one\n");
        Says(second, "<one");
        using ForegroundJob third = Attached("h1", "widow");
        second.End().Output.ShouldContain("attached elsewhere");
        third.Feed("end\n");

        third.End().Status.ShouldBe(7);
    }

    [Fact]
    public void A_terminal_that_nobody_has_seen_shows_all_that_was_written()
    {
        hosts.YadoOn("h1", "run", "--detach", "--tty", "--name", "unseen", "--", "perl", "-e", "$| = 1; print \"begin\\n\"; $_ = <STDIN>; print \"<$_>\"; exit(-t STDOUT ? 8 : 1)").Succeeds();
        Until.Holds(() => hosts.YadoOn("h1", "logs", "unseen").Output.Contains("begin", StringComparison.Ordinal), () => "nothing in its log");
        hosts.YadoOn("h1", "move", "unseen", "h2").Succeeds();
        using ForegroundJob job = Attached("h1", "unseen");
        Says(job, "begin");
        job.Feed("word\n");

        job.End().Status.ShouldBe(8);
        job.Output.ShouldBe("begin\r\nword\r\n<word\r\n>");
    }

    private ForegroundJob Started(string host, string name, string program) =>
        ForegroundJob.Shell(hosts, host, name, $"exec python3 {Yado.Root()}/tests/Lab/programs/terminal.py 24 80 yado run --name {name} -- {program}");

    private ForegroundJob Attached(string host, string name) =>
        ForegroundJob.Shell(hosts, host, name, $"exec python3 {Yado.Root()}/tests/Lab/programs/terminal.py 24 80 yado attach {name}");

    private static void Says(ForegroundJob job, string text, Func<string, string>? where = null) =>
        Until.Holds(() => (where ?? (screen => screen))(job.Output).Contains(text, StringComparison.Ordinal), () => $"'{text}' is not on the screen: {job.Output}");
}
