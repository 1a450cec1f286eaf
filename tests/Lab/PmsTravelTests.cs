using System.Globalization;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Files that travel with their program (pms_travels), to hosts that have a /dev/shm of their own.</summary>
public sealed class PmsTravelTests(TwoHosts hosts, PmsPrograms programs) : IClassFixture<TwoHosts>, IClassFixture<PmsPrograms>
{
    [Fact]
    public void It_is_made_on_the_new_host_and_what_was_left_behind_is_replaced_on_the_way_back()
    {
        const string file = "/dev/shm/there-and-back";
        string stop = Start("h1", "tourist", file);

        foreach (string target in (string[])["h2", "h1", "h2"])
        {
            hosts.YadoOn(target == "h1" ? "h2" : "h1", "move", "tourist", target).Succeeds();
            int arrived = Lines(target, file);
            Until.Holds(() => Lines(target, file) > arrived, () => $"{file} does not grow on {target}");
            hosts.On(target, "stat", "-c", "%a", file).Succeeds().Output.ShouldBe("640\n");
            hosts.On(target, "sh", "-c", $"readlink /proc/[0-9]*/fd/3 | grep -Fx {file}").Output.ShouldBe(file + "\n");
        }

        // On the way back to h1 it lost nothing of the file that stays there.
        Lines("h1", file).ShouldBeGreaterThan(0);
        End("h2", "tourist", stop);
        Lines("h2", file);
    }

    [Theory]
    [InlineData("short", "another\\n")]
    [InlineData("long", "1\\n%0100000d\\n")]
    public void Another_file_at_its_path_refuses_the_move_and_is_left_alone(string name, string content)
    {
        string file = $"/dev/shm/{name}";
        hosts.On("h2", "sh", "-ec", $"printf '{content}' >{file}").Succeeds();
        string before = hosts.On("h2", "cat", file).Output;
        string stop = Start("h1", name, file);

        Ending refused = hosts.YadoOn("h1", "move", name, "h2");

        refused.Status.ShouldBe(5, refused.Errors);
        refused.Errors.ShouldContain("another file is there");
        hosts.On("h2", "cat", file).Output.ShouldBe(before);
        int lines = Lines("h1", file);
        Until.Holds(() => Lines("h1", file) > lines, () => "it does not run on");
        End("h1", name, stop);
    }

    [Fact]
    public void On_a_file_system_that_both_hosts_share_it_stays_the_same_file()
    {
        string file = hosts.File_("shared");
        string stop = Start("h1", "resident", file);
        string inode = hosts.On("h1", "stat", "-c", "%i", file).Output;

        hosts.YadoOn("h1", "move", "resident", "h2").Succeeds();

        hosts.On("h2", "stat", "-c", "%i", file).Output.ShouldBe(inode);
        int arrived = Lines("h2", file);
        Until.Holds(() => Lines("h2", file) > arrived, () => "it does not grow");
        End("h2", "resident", stop);
    }

    [Fact]
    public void It_is_inside_the_context_file()
    {
        const string file = "/dev/shm/saved";
        string stop = Start("h1", "saved", file), context = hosts.File_("saved.ctx");

        hosts.YadoOn("h1", "checkpoint", "saved", "-o", context).Succeeds();

        hosts.YadoOn("h2", "inspect", context).Succeeds().Output.ShouldContain("opened by pms: travels");
        hosts.YadoOn("h2", "resume", context, "--detach").Succeeds();
        Until.Holds(() => Lines("h2", file) > Lines("h1", file), () => $"{file} does not grow on h2");
        File.WriteAllText(stop, "");
    }

    private string Start(string host, string name, string file)
    {
        string stop = hosts.File_(name + ".stop");
        PmsPrograms.StartOutside(hosts, host, name, programs["traveller"], file, stop);
        Until.Holds(() => Lines(host, file) > 3, () => $"{file} is not written");
        return stop;
    }

    private void End(string host, string name, string stop)
    {
        File.WriteAllText(stop, "");
        hosts.YadoOn(host, "wait", name);
        hosts.Job(host, name).GetProperty("exitStatus").GetInt32().ShouldBe(42);
    }

    /// <summary>How many lines the file has on a host; they are numbered without a gap.</summary>
    private int Lines(string host, string file)
    {
        string[] lines = hosts.On(host, "cat", file).Output.Split('\n')[..^1];
        lines.ShouldBe([.. Enumerable.Range(1, lines.Length).Select(n => n.ToString(CultureInfo.InvariantCulture))]);
        return lines.Length;
    }
}
