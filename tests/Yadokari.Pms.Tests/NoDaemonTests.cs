using Shouldly;

namespace Yadokari.Pms.Tests;

/// <summary>No daemon, or one that goes away in the middle of a call: the program runs on and is told.</summary>
public sealed class NoDaemonTests(CProgram c) : IClassFixture<CProgram>, IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("yado-pms-test-").FullName;

    [Fact]
    public async Task Without_a_daemon_everything_works_and_nothing_is_saved()
    {
        Ending ending = await Checkout.RunAsync(_home, Checkout.Scenarios, "everything", File_("x.ctx"));

        ending.Lines.ShouldBe(
            ["register False", "register-held False", "save errno 35", "save errno 107", "host True", "moves 0"], ending.Errors);
        ending.Status.ShouldBe(7);
        Directory.GetFileSystemEntries(_home).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_daemon_a_program_with_a_host_starts_and_says_so()
    {
        Ending ending = await Checkout.RunAsync(_home, Checkout.Scenarios, "hosted", File_("x.ctx"));

        ending.Status.ShouldBe(0, ending.Errors);
        ending.Output.ShouldContain("No yado daemon answers on this host: this program does not move");
        ending.Lines.ShouldContain("stopped");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_daemon_that_goes_away_in_the_middle_of_a_call_is_told_from_none(bool promises)
    {
        await using VanishingDaemon daemon = new(promises);

        Ending registered = await Checkout.RunAsync(daemon.Home, Checkout.Scenarios, "register");
        Ending saved = await Checkout.RunAsync(daemon.Home, Checkout.Scenarios, "save", File_("x.ctx"));
        Ending ofC = await Checkout.RunAsync(daemon.Home, c.Path, File_("x.ctx"));

        registered.Lines.ShouldBe(["register errno 103"], registered.Errors);
        saved.Lines.ShouldBe(["save errno 103"], saved.Errors);
        ofC.Lines.ShouldBe(["register ECONNABORTED", "save ECONNABORTED", "hold ok", "release ok"], ofC.Errors);
        ofC.Status.ShouldBe(7);
    }

    [SkippableFact]
    public async Task Nothing_is_said_to_a_daemon_of_another_user()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs two users");
        await using StrangersDaemon daemon = await StrangersDaemon.StartAsync();

        Ending ofC = await Checkout.RunAsync(daemon.Home, c.Path, File_("x.ctx"));
        ofC.Lines.ShouldBe(["register EPERM", "save EPERM", "hold ok", "release ok"], ofC.Errors);
        (await daemon.HearAsync()).ShouldBe("heard b''");
        (await daemon.HearAsync()).ShouldBe("heard b''");

        Ending registered = await Checkout.RunAsync(daemon.Home, Checkout.Scenarios, "register");
        registered.Lines.ShouldBe(["register errno 1"], registered.Errors);
        (await daemon.HearAsync()).ShouldBe("heard b''");
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private string File_(string name) => Path.Combine(_home, name);
}
