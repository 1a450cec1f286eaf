using Shouldly;
using Xunit;
using Yadokari.Cli.Figures;
using Yadokari.Cli.Top;
using Yadokari.Protocol.Jobs;
using static Yadokari.Cli.Tests.Top.Seen;

namespace Yadokari.Cli.Tests.Top;

public sealed class TopKeysTests
{
    private static readonly TopKey Up = new(TopKeyKind.Up), Down = new(TopKeyKind.Down), Enter = new(TopKeyKind.Enter), Escape = new(TopKeyKind.Escape), Backspace = new(TopKeyKind.Backspace);

    private static readonly ClusterPicture Three = Picture(["h1", "h2", "h3"], Job("a", "h1"), Job("b", "h1"), Job("c", "h2"));

    [Fact]
    public void Keys_select_and_stop_at_both_ends()
    {
        TopScreen screen = Screen(Three);
        screen.Job!.Name.ShouldBe("a");
        Press(screen, Up).Screen.Job!.Name.ShouldBe("a");
        Press(screen, Down).Screen.Job!.Name.ShouldBe("b");
        Type(screen, "jjjjk").Screen.Job!.Name.ShouldBe("b");
        Press(screen, new TopKey(TopKeyKind.End)).Screen.Job!.Name.ShouldBe("c");
        Press(screen, new TopKey(TopKeyKind.End), new TopKey(TopKeyKind.Home)).Screen.Job!.Name.ShouldBe("a");
        Press(screen, new TopKey(TopKeyKind.PageDown)).Screen.Job!.Name.ShouldBe("c");
    }

    [Fact]
    public void The_selection_stays_with_its_job_wherever_that_is_listed()
    {
        TopScreen screen = Type(Screen(Three), "j").Screen;
        screen = screen.Seen(Picture(["h1", "h2"], Job("c", "h2"), Job("b", "h2", JobState.Moving), Job("0", "h1")));
        screen.Job!.Name.ShouldBe("b");
        screen.Jobs[0].Name.ShouldBe("b", "those on their way come first");
        screen.Seen(Picture(["h1"], Job("c", "h2"))).Job!.Name.ShouldBe("c", "its job is over");
        screen.Seen(Picture(["h1"])).Job.ShouldBeNull();
    }

    [Fact]
    public void A_job_that_ends_under_an_open_panel_does_not_make_another_one_the_selected()
    {
        TopScreen screen = Type(Screen(Three), "l").Screen;
        screen.Seen(Picture(["h1"], Job("z", "h1"))).Job.ShouldBeNull();
    }

    [Fact]
    public void A_move_asks_for_the_host_and_leaves_out_those_that_can_take_none()
    {
        ClusterPicture picture = Three with { Hosts = [Host("h1"), Host("h2", answers: false), Host("h3"), Host("h4", draining: true)] };
        (TopScreen screen, TopWish? wish) = Type(Screen(picture), "m");
        wish.ShouldBeNull("nothing is done before a host is chosen");
        screen.Panel!.Choices.Select(c => c.Text.Split(' ')[0]).ShouldBe(["h2", "h3", "h4"]);
        screen.Panel.Chosen.ShouldBe(1);

        (TopScreen after, wish) = Press(screen, Enter);
        wish.ShouldBe(new TopWish(TopAct.Move, picture.Jobs[0], "h3"));
        after.Panel.ShouldBeNull();
        Type(screen, "2").Wish!.Host.ShouldBe("h3");
        Type(screen, "1").Wish.ShouldBeNull("it does not answer");
        Type(screen, "3").Wish.ShouldBeNull("it is drained");
        Type(screen, "9").Wish.ShouldBeNull();
        Press(screen, Escape).ShouldSatisfyAllConditions(p => p.Wish.ShouldBeNull(), p => p.Screen.Panel.ShouldBeNull());
    }

    [Fact]
    public void The_job_that_is_moved_is_the_one_that_was_asked_about_whatever_comes_meanwhile()
    {
        TopScreen screen = Type(Screen(Three), "m").Screen;
        screen = screen.Seen(Picture(["h1", "h2", "h3"], Job("new", "h3")));
        Press(screen, Enter).Wish!.Job!.Name.ShouldBe("a");
    }

    [Fact]
    public void One_host_alone_has_nowhere_to_move_to()
    {
        TopScreen screen = Type(Screen(Picture(["h1"], Job("a", "h1"))), "m").Screen;
        screen.Panel.ShouldBeNull();
        screen.Note.ShouldContain("no other host");
    }

    [Fact]
    public void A_drain_shows_first_what_would_go_where_and_needs_a_second_word()
    {
        TopScreen screen = Type(Screen(Three), "jj").Screen;
        screen = Type(screen, "d").Screen;
        screen.Panel!.Chosen.ShouldBe(1, "the host of the selected job");
        (screen, TopWish? wish) = Press(screen, Enter);
        wish.ShouldBe(new TopWish(TopAct.Foresee, Host: "h2"));
        screen.Panel!.Choices.ShouldBeEmpty("nothing can be confirmed before it was seen");
        Press(screen, Enter).Wish.ShouldBeNull();

        TopWish drain = new(TopAct.Drain, Host: "h2");
        screen = screen.Filled(new TopPanel("Drain h2", ["a moves to h1"], [new("drain h2", drain)], wish));
        Press(screen, Enter).Wish.ShouldBe(drain);
        Press(screen, Escape).ShouldSatisfyAllConditions(p => p.Wish.ShouldBeNull(), p => p.Screen.Panel.ShouldBeNull());
    }

    [Fact]
    public void A_forecast_that_comes_when_another_panel_is_open_is_nobodys()
    {
        TopScreen screen = Press(Type(Screen(Three), "d").Screen, Enter).Screen;
        TopWish asked = screen.Panel!.Shows!;
        screen = Type(Press(screen, Escape).Screen, "h").Screen;
        screen.Filled(new TopPanel("Drain h1", [], [new("drain h1", new TopWish(TopAct.Drain, Host: "h1"))], asked)).Panel!.Title.ShouldBe("Keys");
    }

    [Fact]
    public void A_drained_host_is_undrained()
    {
        ClusterPicture picture = Three with { Hosts = [Host("h1", draining: true), Host("h2", answers: false)] };
        TopScreen screen = Type(Screen(picture), "d").Screen;
        Press(screen, Enter).Wish.ShouldBe(new TopWish(TopAct.Undrain, Host: "h1"));
        Press(screen, Down, Enter).Wish.ShouldBeNull("it does not answer");
    }

    [Fact]
    public void The_last_move_is_taken_back_if_the_job_is_still_there_and_only_once()
    {
        TopScreen screen = Screen(Three) with { Moves = [new("id-c", "c", "h3", "h2")] };
        (screen, TopWish? wish) = Type(screen, "u");
        wish.ShouldBe(new TopWish(TopAct.Move, Three.Jobs[2], "h3", Undoes: true));
        Type(screen, "u").ShouldSatisfyAllConditions(p => p.Wish.ShouldBeNull(), p => p.Screen.Note.ShouldContain("nothing was moved here"));

        screen = Screen(Three) with { Moves = [new("id-c", "c", "h3", "h1")] };
        Type(screen, "u").ShouldSatisfyAllConditions(p => p.Wish.ShouldBeNull(), p => p.Screen.Note.ShouldContain("is not on h1 any more"));
    }

    [Theory]
    [InlineData("?", TopAct.Why)]
    [InlineData("w", TopAct.Why)]
    [InlineData("l", TopAct.Log)]
    [InlineData("t", TopAct.Details)]
    public void A_key_asks_about_the_selected_job(string key, TopAct act)
    {
        (TopScreen screen, TopWish? wish) = Type(Screen(Three), "j" + key);
        wish.ShouldBe(new TopWish(act, Three.Jobs[1]));
        screen.Panel!.Shows.ShouldBe(wish);
        Type(screen, "q").ShouldSatisfyAllConditions(p => p.Wish.ShouldBeNull(), p => p.Screen.Panel.ShouldBeNull());
        Type(Screen(Picture(["h1"])), key).ShouldSatisfyAllConditions(p => p.Wish.ShouldBeNull(), p => p.Screen.Note.ShouldContain("no job"));
    }

    [Fact]
    public void What_is_typed_after_a_slash_is_searched_for_and_is_no_command()
    {
        (TopScreen screen, TopWish? wish) = Type(Screen(Three), "/h2");
        wish.ShouldBeNull();
        screen.Jobs.Select(j => j.Name).ShouldBe(["c"]);
        screen.Job!.Name.ShouldBe("c");
        screen = Type(screen, "q").Screen;
        screen.Filter.ShouldBe("h2q");
        screen.Jobs.ShouldBeEmpty();
        screen = Press(screen, Backspace, Enter).Screen;
        screen.Filter.ShouldBe("h2");
        Type(screen, "m").Screen.Panel!.Title.ShouldContain("c from h2");
        Press(screen, Escape).Screen.Jobs.Count.ShouldBe(3);
        Press(Type(screen, "/x").Screen, Escape).Screen.Filter.ShouldBe("");
        Press(Type(Screen(Three), "/").Screen, TopKey.Typed("🐚"), TopKey.Typed("é"), Backspace).Screen.Filter.ShouldBe("🐚");
        Press(Type(Screen(Three), "/").Screen, Backspace).Screen.Filter.ShouldBe("");
    }

    [Fact]
    public void Leaving_while_something_is_under_way_takes_two_words()
    {
        Type(Screen(Three), "q").Wish.ShouldBe(new TopWish(TopAct.Leave));
        TopScreen busy = Screen(Three) with { UnderWay = 1 };
        (TopScreen screen, TopWish? wish) = Type(busy, "q");
        wish.ShouldBeNull();
        screen.Note.ShouldContain("under way");
        Type(screen, "q").Wish.ShouldBe(new TopWish(TopAct.Leave));
        Type(screen, "jq").Wish.ShouldBeNull("another key came between");
    }
}
