using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>A user without a home on a machine whose root can only be read: a process can be saved and goes on all the same.</summary>
public sealed class NoHomeTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    private const string User = "env -i PATH=/usr/bin:/bin setpriv --reuid 54321 --regid 54321 --clear-groups";

    [Fact]
    public void A_process_is_saved_and_resumed()
    {
        string told = Inside(
            """
            setsid sh -c 'i=0; while [ ! -e stop ]; do i=$((i+1)); done; echo ended $((i > 0)) >told' </dev/null >/dev/null 2>&1 & p=$!
            ./yado checkpoint $p -o job.ctx && kill -0 $p 2>/dev/null && exit 9
            setsid ./job.ctx </dev/null >/dev/null 2>&1 & p=$!
            touch stop; wait $p; echo status $?; cat told
            """).Succeeds().Output;
        told.ShouldContain("frozen");
        told.ShouldEndWith("status 0\nended 1\n");
    }

    [Fact]
    public void What_needs_a_home_says_so_in_one_line()
    {
        Inside("exec ./yado ps").Refuses(1, "jobs can't be kept in /.local/state/yadokari: Read-only file system");
        Inside("exec ./yado ps").Refuses(1, "set YADO_HOME to a directory of your own");
        Inside("mkdir -m 700 home; YADO_HOME=$PWD/home ./yado run -- echo works; YADO_HOME=$PWD/home ./yado host stop").Succeeds().Output.ShouldContain("works");
    }

    private Ending Inside(string script)
    {
        string file = hosts.File_("inside.sh");
        File.WriteAllText(file, script + "\n");
        return hosts.On("h1", "unshare", "--mount", "sh", "-c",
            $"mount --make-rprivate / && mount -t tmpfs -o mode=1777 none /mnt && cp $(command -v yado) /mnt/yado && cp {file} /mnt/inside.sh"
            + $" && mount -o remount,bind,ro / && cd /mnt && ! touch /etc/yado-test 2>/dev/null && exec {User} sh inside.sh");
    }
}
