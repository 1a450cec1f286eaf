using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>A program that is started gets what its caller has, not what the daemon happens to have.</summary>
public sealed class CallerSettingsTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    private const string Tell = "umask; ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Sf; nice; taskset -p $$ | tail -c 2";
    // The first shell counts files in units of 512 bytes, the second of 1024.
    private const string Settle = "umask 0027; ulimit -Sn 321; ulimit -Hn 4321; ulimit -Sc 0; ulimit -Sf 123456; ";

    [Theory]
    [InlineData("run --")]
    [InlineData("run --host h2 --")]
    public void Umask_limits_niceness_and_processors_are_the_callers(string start)
    {
        string told = hosts.On("h1", "sh", "-c", $"{Settle} nice -n 5 taskset 1 yado {start} bash -c '{Tell}'").Succeeds().Output;
        told.ShouldBe("0027\n321\n4321\n0\n61728\n5\n1\n");
    }

    [Fact]
    public void They_go_with_a_job_that_moves()
    {
        string file = hosts.File_("settings");
        string stop = hosts.File_("stop");
        hosts.On("h1", "sh", "-c", $"{Settle} nice -n 5 yado run --detach --name settled -- bash -c 'umask; while [ ! -e {stop} ]; do :; done; exec >{file}; {Tell}; touch {file}.done'").Succeeds();
        hosts.YadoOn("h1", "move", "settled", "h2").Succeeds();
        File.WriteAllText(stop, "");
        Until.Holds(() => File.Exists(file + ".done"), () => hosts.YadoOn("h2", "ps").Output);
        File.ReadAllLines(file)[..6].ShouldBe(["0027", "321", "4321", "0", "61728", "5"]);
    }
}
