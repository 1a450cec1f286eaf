using System.Globalization;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Context files that are executed as any program is: whose the program is then, and who knows of it.</summary>
public sealed class ExecutedFileTests(TwoHosts hosts, PmsPrograms programs) : IClassFixture<TwoHosts>, IClassFixture<PmsPrograms>
{
    /// <summary>Executes a file behind, waits until it is a job with its name, prints what is known of it.</summary>
    private const string Execute =
        """
        setsid "$1" </dev/null >/dev/null 2>&1 &
        shell=$!
        for i in $(seq 200); do yado ps | grep -q "^$2 " && break; sleep 0.05; done
        yado ps
        """;

    private const string WaitUntilGone = "for i in $(seq 200); do [ -e /proc/$main/stat ] && ! grep -q '^State:.Z' /proc/$main/status || exit 0; sleep 0.05; done; exit 1\n";

    [Fact]
    public void A_job_of_yado_run_that_never_heard_of_pms_is_a_job_again_where_its_file_is_executed()
    {
        string file = hosts.File_("plain.ctx");
        hosts.Start("h1", "plain", "sleep", "1000");
        hosts.YadoOn("h1", "checkpoint", "plain", "-o", file).Succeeds();

        Ending first = Run("h2", Execute, file, "plain").Succeeds();
        Ending second = Run("h2", Execute, file, "plain-2").Succeeds();
        Ending third = Run("h2", "yado resume \"$1\" --detach </dev/null >/dev/null 2>&1; for i in $(seq 200); do yado ps | grep -q '^plain-3 ' && break; sleep 0.05; done; yado ps", file, "").Succeeds();

        first.Output.ShouldContain("plain ");
        second.Output.ShouldContain("plain-2 ");
        third.Output.ShouldContain("plain-3 ");
        foreach (string name in (string[])["plain", "plain-2", "plain-3"])
        {
            hosts.YadoOn("h2", "kill", name).Succeeds();
        }
    }

    [Fact]
    public void A_program_saved_by_its_pid_comes_back_under_the_name_that_a_daemon_gave_it()
    {
        string file = hosts.File_("byPid.ctx");
        PmsPrograms.StartOutside(hosts, "h1", "byPid", programs["sections"], hosts.File_("byPid"), hosts.File_("byPid.stop"));
        hosts.YadoOn("h1", "checkpoint", Pid("h1", "byPid"), "-o", file).Succeeds();

        Run("h2", Execute, file, "byPid").Succeeds().Output.ShouldContain("byPid ");

        hosts.YadoOn("h2", "kill", "byPid").Succeeds();
    }

    [Theory]
    [InlineData("in a pid namespace of its own")]
    [InlineData("with its old pid, as a child of who executed it")]
    public void Who_kills_the_process_that_executed_a_file_kills_its_program(string where)
    {
        string name = where.StartsWith("in", StringComparison.Ordinal) ? "inside" : "child";
        string file = hosts.File_(name + ".ctx");
        if (name == "inside")
        {
            hosts.Start("h1", name, "sleep", "1000");
        }
        else
        {
            PmsPrograms.StartOutside(hosts, "h1", name, programs["sections"], hosts.File_(name), hosts.File_(name + ".stop"));
        }
        string old = Pid("h1", name);
        hosts.YadoOn("h1", "checkpoint", name, "-o", file).Succeeds();
        string script = Execute +
            """

            main=$(yado ps | awk -v name="$2" '$1 == name { print $5 }')
            [ -e /proc/$main/stat ] || exit 7
            grep '^PPid:' /proc/$main/status; echo "shell $shell"
            kill -9 $shell

            """ + WaitUntilGone;

        if (name == "inside")
        {
            // The first one may have the old pid.
            Run("h1", Execute, file, name).Succeeds();
        }
        Ending ending = Run("h1", script, file, name == "inside" ? "inside-2" : name);

        ending.Succeeds();
        bool isChild = ending.Output.Contains($"PPid:\t{ending.Output.Split("shell ")[1].Split('\n')[0]}\n", StringComparison.Ordinal);
        isChild.ShouldBe(name == "child", $"pid was {old}: {ending.Output}");
        if (name == "inside")
        {
            hosts.YadoOn("h1", "kill", name).Succeeds();
        }
    }

    [Fact]
    public void A_program_that_holds_itself_goes_on_at_once_where_its_file_is_executed()
    {
        string report = hosts.File_("quick"), file = hosts.File_("quick.ctx");
        PmsPrograms.StartOutside(hosts, "h1", "quick", programs["sections"], report, report + ".stop");
        hosts.YadoOn("h1", "checkpoint", "quick", "-o", file).Succeeds();
        const string measure =
            """
            rm -f "$2"
            begun=$(date +%s%N)
            YADO_HOME=/nowhere "$1" </dev/null >/dev/null 2>&1 &
            while [ ! -e "$2" ]; do sleep 0.002; done
            echo $((($(date +%s%N) - begun) / 1000000))
            kill $!
            wait

            """;

        // The least of some: other tests run beside this one. A section lasts 5 ms; the wait that there was lasted 500.
        int[] times = [.. Enumerable.Range(0, 5).Select(_ => int.Parse(Run("h2", measure, file, report).Output, CultureInfo.InvariantCulture))];

        times.Min().ShouldBeLessThan(250, string.Join(' ', times));
    }

    /// <summary>The path comes from the environment, which may be another user's.</summary>
    [SkippableFact]
    public void A_file_that_is_executed_tells_nothing_to_a_daemon_of_another_user()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs two users");
        string file = hosts.File_("secret.ctx");
        hosts.Start("h1", "secret", "sleep", "1000");
        hosts.YadoOn("h1", "checkpoint", "secret", "-o", file).Succeeds();
        const string script =
            """
            home=$(mktemp -d /tmp/yado-XXXXXX); chmod 777 $home
            setpriv --reuid 65534 --clear-groups /usr/bin/python3 -c 'import socket, sys
            s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print("listening", flush=True)
            print("heard", s.accept()[0].recv(10), flush=True)' $home/daemon.sock >$home/told &
            until [ -s $home/told ]; do sleep 0.02; done
            chmod 777 $home/daemon.sock
            YADO_HOME=$home "$1" </dev/null >/dev/null 2>&1 &
            job=$!
            until grep -q heard $home/told; do sleep 0.02; done
            cat $home/told; kill -9 $job; wait; rm -rf $home
            """;

        Ending ending = Run("h2", script, file, "");

        ending.Succeeds().Output.ShouldContain("heard b''");
    }

    private string Pid(string host, string name) => hosts.Job(host, name).GetProperty("pid").GetInt32().ToString(CultureInfo.InvariantCulture);

    private Ending Run(string host, string script, string file, string name) =>
        hosts.On(host, "bash", "-c", PmsPrograms.CloseAll + script, "bash", file, name);
}
