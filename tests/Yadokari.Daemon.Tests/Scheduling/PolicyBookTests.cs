using Shouldly;
using Xunit;
using Yadokari.Daemon.Scheduling;
using Yadokari.Daemon.Store;
using Yadokari.Protocol.Scheduling;
using Yadokari.Scheduling.Choosing;

namespace Yadokari.Daemon.Tests.Scheduling;

/// <summary>Which policy holds.</summary>
public sealed class PolicyBookTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("yado-book-").FullName;
    private readonly List<string> _words = [];

    [Fact]
    public void Nothing_is_moved_until_a_policy_is_chosen() => With(book => book.Choice.Name.ShouldBe("none"));

    [Fact]
    public void A_choice_outlives_the_daemon()
    {
        With(book => book.Choose(Choice("threshold", ("limit", "3"))));

        With(book =>
        {
            book.Choice.Name.ShouldBe("threshold");
            book.Held.Made.Settings["limit"].ShouldBe(3);
        });
    }

    [Fact]
    public void The_newest_choice_wins_whoever_made_it() => With(book =>
    {
        long own = book.Choose(Choice("age")).Revision;

        book.Adopt(Choice("two") with { Revision = own - 1 });
        book.Choice.Name.ShouldBe("age");

        book.Adopt(Choice("two") with { Revision = own + 1 });
        book.Choice.Name.ShouldBe("two");

        book.Choose(Choice("random")).Revision.ShouldBeGreaterThan(own + 1);
    });

    [Fact]
    public void A_change_wakes_whoever_waits_for_it() => With(book =>
    {
        Task changed = book.Changed;
        changed.IsCompleted.ShouldBeFalse();

        book.Choose(Choice("age"));

        changed.IsCompleted.ShouldBeTrue();
    });

    [Fact]
    public void A_wrong_choice_changes_nothing() => With(book =>
    {
        book.Choose(Choice("age"));

        Should.Throw<PolicyChoiceException>(() => book.Choose(Choice("best")));
        Should.Throw<PolicyChoiceException>(() => book.Choose(Choice("program")));
        Should.Throw<PolicyChoiceException>(() => book.Choose(Choice("program", ("path", "relative/policy"))));

        book.Choice.Name.ShouldBe("age");
    });

    [Theory]
    [InlineData("r-xr-xr-x", false)]
    [InlineData("rwxrwxrwx", true)]
    public void Nobody_names_a_program_that_a_stranger_could_have_written(string mode, bool refused) => With(book =>
    {
        string program = Path.Combine(_directory, "policy.sh");
        File.WriteAllText(program, "#!/bin/sh\n");
        File.SetUnixFileMode(program, refused ? (UnixFileMode)0x1FF : (UnixFileMode)0x16D);
        ChoosePolicy told = Choice("program", ("path", program)) with { Revision = book.Choice.Revision + 1 };

        Exception? failure = Record.Exception(() => book.Adopt(told));

        (failure is PolicyChoiceException).ShouldBe(refused, mode);
        book.Choice.Name.ShouldBe(refused ? "none" : "program");
        // Nor does whoever is on this host: the program is run as the daemon's user, not as his.
        (Record.Exception(() => book.Choose(told)) is PolicyChoiceException).ShouldBe(refused, mode);
    });

    [Fact]
    public void A_choice_that_this_version_does_not_know_is_told_and_none_is_used()
    {
        using (HostDatabase database = HostDatabase.Open(Path.Combine(_directory, "db")))
        {
            database.Set("policy", """{"name":"tomorrow","settings":{},"revision":5}""");
        }

        With(book => book.Choice.Name.ShouldBe("none"));
        _words.Single().ShouldContain("no policy 'tomorrow'");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private void With(Action<PolicyBook> act)
    {
        using HostDatabase database = HostDatabase.Open(Path.Combine(_directory, "db"));
        using PolicyBook book = new(database, _words.Add);
        act(book);
    }

    private static ChoosePolicy Choice(string name, params (string Name, string Value)[] settings) =>
        new(name, settings.ToDictionary(s => s.Name, s => s.Value), 0);
}
