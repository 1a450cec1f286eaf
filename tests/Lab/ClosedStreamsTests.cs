using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>A caller without standard streams: statuses are as ever, and no message goes into a file that took a stream's number.</summary>
public sealed class ClosedStreamsTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    [Theory]
    [InlineData("2>&-")]
    [InlineData("<&- >&- 2>&-")]
    public void A_refusal_has_its_status(string closed)
    {
        hosts.On("h1", "sh", "-c", $"yado checkpoint nosuch -o /nowhere/x.ctx {closed}; echo $?").Succeeds().Output.ShouldBe("4\n");
        hosts.On("h1", "sh", "-c", $"yado --nosuch {closed}; echo $?").Succeeds().Output.ShouldBe("2\n");
    }

    [Theory]
    [InlineData("2>&-")]
    [InlineData("<&-")]
    [InlineData("<&- >&- 2>&-")]
    public void A_context_file_is_whole(string closed)
    {
        string file = hosts.File_("closed.ctx");
        string script = $"setsid sleep 1000 </dev/null >/dev/null 2>&1 & p=$!; until grep -q sleep /proc/$p/comm; do :; done; yado checkpoint $p -o {file} {closed} >/dev/null; echo $?; yado inspect {file} >/dev/null; echo $?; rm {file}";
        hosts.On("h1", "sh", "-c", script).Succeeds().Output.ShouldBe("0\n0\n");
    }

    [Fact]
    public void A_job_is_started_and_awaited()
    {
        string file = hosts.File_("closed.out");
        hosts.On("h1", "sh", "-c", $"yado run -- sh -c 'echo done >{file}; exit 7' <&- >&- 2>&-; echo $?; cat {file}").Succeeds().Output.ShouldBe("7\ndone\n");
    }
}
