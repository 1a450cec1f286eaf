using System.Globalization;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>The hosts themselves.</summary>
public sealed class LabTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    private const string Connect = "exec 3<>/dev/tcp/10.199.0.2/1991";

    [Fact]
    public void Hosts_have_their_own_names_addresses_pids_and_uptimes()
    {
        hosts.On("h1", "hostname").Succeeds().Output.Trim().ShouldBe("h1");
        hosts.On("h2", "hostname").Succeeds().Output.Trim().ShouldBe("h2");
        hosts.On("h2", "ip", "-o", "-4", "addr", "show", "eth0").Succeeds().Output.ShouldContain("10.199.0.2/24");
        hosts.On("h1", "sh", "-c", "tr '\\0' ' ' </proc/1/cmdline").Succeeds().Output.ShouldContain("host.sh");
        Math.Abs(Uptime("h1") - Uptime("h2")).ShouldBeGreaterThan(3600);
    }

    [Fact]
    public void The_list_tells_names_addresses_and_links()
    {
        string[] lines = hosts.Lab("ls").Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        lines.Length.ShouldBe(3);
        lines[0].ShouldStartWith("HOST");
        lines[1].ShouldContain("10.199.0.1");
        lines[2].ShouldContain("up");
    }

    [Fact]
    public void Hosts_know_each_other()
    {
        string listed = hosts.YadoOn("h1", "hosts").Succeeds().Output;

        listed.ShouldContain("h1 ");
        listed.ShouldContain("h2 ");
        listed.ShouldNotContain("no answer");
    }

    [Fact]
    public void Hosts_see_the_same_files_but_have_run_and_shared_memory_of_their_own()
    {
        hosts.On("h1", "sh", "-c", $"echo same >{hosts.File_("seen")}; echo own >/run/own; echo own >/dev/shm/own").Succeeds();

        hosts.On("h2", "cat", hosts.File_("seen")).Succeeds().Output.ShouldBe("same\n");
        hosts.On("h2", "test", "-e", "/run/own").Status.ShouldBe(1);
        hosts.On("h2", "test", "-e", "/dev/shm/own").Status.ShouldBe(1);
        File.Exists("/dev/shm/own").ShouldBeFalse();
    }

    [Fact]
    public void A_command_on_a_host_keeps_its_directory_and_passes_its_exit_status_on()
    {
        hosts.On("h1", "sh", "-c", "pwd; exit 7").ShouldSatisfyAllConditions(
            ending => ending.Status.ShouldBe(7),
            ending => ending.Output.Trim().ShouldBe(Environment.CurrentDirectory));
    }

    [Fact]
    public void A_cut_host_is_silent_until_it_joins_again()
    {
        hosts.On("h1", "timeout", "5", "bash", "-c", Connect).Succeeds();

        hosts.Lab("cut", "h2").Succeeds();
        try
        {
            hosts.Lab("ls").Succeeds().Output.ShouldContain("cut");
            hosts.On("h1", "timeout", "1", "bash", "-c", Connect).Status.ShouldNotBe(0);
            hosts.YadoOn("h1", "hosts").Succeeds().Output.ShouldContain("no answer");
        }
        finally
        {
            hosts.Lab("join", "h2").Succeeds();
        }

        Until.Holds(() => hosts.On("h1", "timeout", "1", "bash", "-c", Connect).Status == 0, () => "h2 is cut although it joined");
    }

    [Fact]
    public void A_second_lab_in_the_same_directory_is_refused()
    {
        hosts.Lab("up", "2").Refuses(1, "is up already", "yado lab down");
    }

    [Theory]
    [InlineData("exec", "h9", "true")]
    [InlineData("cut", "h9")]
    [InlineData("join", "machine")]
    public void A_host_that_is_not_there_is_refused(params string[] command)
    {
        hosts.Lab(command).Refuses(4, "no host");
    }

    [Theory]
    [InlineData("up", "0")]
    [InlineData("up", "many")]
    [InlineData("up", "2", "3")]
    [InlineData("cut")]
    [InlineData("sideways")]
    public void Wrong_usage_is_refused(params string[] command)
    {
        hosts.Lab(command).Refuses(2, "--help");
    }

    private double Uptime(string host) =>
        double.Parse(hosts.On(host, "cat", "/proc/uptime").Succeeds().Output.Split(' ')[0], CultureInfo.InvariantCulture);
}
