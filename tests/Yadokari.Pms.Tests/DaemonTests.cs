using Shouldly;

namespace Yadokari.Pms.Tests;

/// <summary>Programs with a daemon beside them.</summary>
public sealed class DaemonTests(RealDaemon daemon) : IClassFixture<RealDaemon>
{
    [Fact]
    public async Task A_program_becomes_a_job_saves_itself_and_both_know_which_they_are()
    {
        string file = Path.Combine(Path.GetTempPath(), $"pms-{Guid.NewGuid():n}.ctx");

        Ending original = await Checkout.RunAsync(daemon.Home, Checkout.Scenarios, "everything", file);
        Ending resumed = await Checkout.RunAsync(daemon.Home, file);
        Ending again = await Checkout.RunAsync(daemon.Home, Checkout.Scenarios, "save", file);
        Ending nowhere = await Checkout.RunAsync(daemon.Home, Checkout.Scenarios, "save", "/nowhere/x.ctx");
        File.Delete(file);

        original.Lines.ShouldBe(
            ["register True", "register-held True", "save errno 35", "save Continued", "host False", "moves 0"], original.Errors);
        original.Status.ShouldBe(7);
        resumed.Lines[0].ShouldBe("save Resumed", resumed.Errors);
        resumed.Status.ShouldBe(7);
        again.Lines.ShouldBe(["save errno 17"]);
        nowhere.Lines.ShouldBe(["save errno 2"]);
    }

    [Fact]
    public async Task Holds_end_twice_out_of_order_and_in_another_flow_and_leave_nothing_behind()
    {
        string file = Path.Combine(daemon.Home, "holds");

        Ending ending = await Checkout.RunAsync(daemon.Home, Checkout.Scenarios, "holds", file);

        ending.Lines.ShouldBe(["save errno 35", "save Continued", "save Continued", "save Continued"], ending.Errors);
    }

    [Fact]
    public async Task A_program_with_a_host_is_registered_when_it_starts_and_logs_where_it_is()
    {
        Ending ending = await Checkout.RunAsync(daemon.Home, Checkout.Scenarios, "hosted", Path.Combine(daemon.Home, "hosted.ctx"));

        ending.Status.ShouldBe(0, ending.Errors);
        ending.Lines.ShouldContain("save Continued");
        string[] logged = [.. ending.Lines.Where(l => l.Contains("Yadokari.Pms[", StringComparison.Ordinal)).Select(l => l[(l.IndexOf("] ", StringComparison.Ordinal) + 2)..])];
        logged.ShouldBe(
        [
            $"This program is a job of host {RealDaemon.Host}",
            $"About to leave host {RealDaemon.Host}, or to be saved there",
            $"Goes on where it was, on host {RealDaemon.Host}",
        ]);
        (await Checkout.RunAsync(daemon.Home, Checkout.Yado, "ps", "--all")).Output.ShouldContain("hosted");
    }
}
