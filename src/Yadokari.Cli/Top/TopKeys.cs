using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Top;

/// <summary>What keys mean: of a screen and a key comes the next screen, and perhaps a wish. Nothing else.</summary>
public static class TopKeys
{
    private const int Page = 10;

    /// <summary>The same as on the page of <c>yado web</c>, where it has them.</summary>
    public static readonly IReadOnlyList<(string Key, string Text)> Meanings =
    [
        ("↑ ↓  k j", "select a job; PgUp, PgDn, Home, End"),
        ("/", "search: names, hosts, states, commands; Enter keeps, Esc leaves"),
        ("m", "move the selected job to a host"),
        ("d", "drain a host: first shows what would go where; a drained one is undrained"),
        ("u", "take the last move that was made here back"),
        ("? w", "why is the job where it is"),
        ("Enter t", "its facts and processes"),
        ("l", "its log"),
        ("c", "save it as a file while it runs on"),
        ("h", "this"),
        ("q Esc", "back; q ends"),
    ];

    public static (TopScreen Screen, TopWish? Wish) Press(TopScreen screen, TopKey key)
    {
        if (screen.Leaving && key != TopKey.Typed("q"))
        {
            screen = screen with { Leaving = false };
        }

        return screen.Filtering ? (InFilter(screen, key), null)
            : screen.Panel is { } panel ? InPanel(screen, panel, key)
            : InList(screen, key);
    }

    private static TopScreen InFilter(TopScreen screen, TopKey key) => key.Kind switch
    {
        TopKeyKind.Escape => Chosen(screen with { Filtering = false, Filter = "" }),
        TopKeyKind.Enter => screen with { Filtering = false },
        TopKeyKind.Up => Step(screen, -1),
        TopKeyKind.Down => Step(screen, 1),
        TopKeyKind.Backspace => Chosen(screen with { Filter = WithoutLast(screen.Filter) }),
        TopKeyKind.Text => Chosen(screen with { Filter = screen.Filter + key.Text }),
        _ => screen,
    };

    private static (TopScreen, TopWish?) InPanel(TopScreen screen, TopPanel panel, TopKey key)
    {
        int step = key switch
        {
            { Kind: TopKeyKind.Up } or { Text: "k" } => -1,
            { Kind: TopKeyKind.Down } or { Text: "j" } => 1,
            { Kind: TopKeyKind.PageUp } => -Page,
            { Kind: TopKeyKind.PageDown } => Page,
            { Kind: TopKeyKind.Home } => int.MinValue / 2,
            { Kind: TopKeyKind.End } => int.MaxValue / 2,
            _ => 0,
        };
        if (step != 0)
        {
            return (screen with { Panel = Stepped(panel, step) }, null);
        }

        switch (key)
        {
            case { Kind: TopKeyKind.Escape } or { Text: "q" }:
                return (screen with { Panel = null }, null);
            case { Kind: TopKeyKind.Enter } when panel.Choices.Count > 0:
                return Take(screen, panel.Choices[panel.Chosen]);
            case { Kind: TopKeyKind.Text, Text: [>= '1' and <= '9'] } when key.Text[0] - '1' < panel.Choices.Count:
                return Take(screen, panel.Choices[key.Text[0] - '1']);
            case { Text: "l" or "t" } when panel.Shows is { Job: { } job, Act: TopAct.Log or TopAct.Details }:
                return Ask(screen, key.Text == "l" ? TopAct.Log : TopAct.Details, job);
            default:
                return (screen, null);
        }
    }

    private static TopPanel Stepped(TopPanel panel, int step)
    {
        if (panel.Choices.Count > 1)
        {
            return panel with { Chosen = (int)Math.Clamp((long)panel.Chosen + step, 0, panel.Choices.Count - 1) };
        }

        // Which line is the last one that can be first is known where it is drawn; from the end one goes up.
        int last = Math.Max(0, panel.Lines.Count - 1);
        int from = panel.AtEnd ? last : panel.Top;
        int top = (int)Math.Clamp((long)from + step, 0, last);
        return panel with { Top = top, AtEnd = panel.AtEnd ? step > 0 : step > Page };
    }

    /// <summary>A choice that asks for more opens what it asked for.</summary>
    private static (TopScreen, TopWish?) Take(TopScreen screen, TopChoice choice) => choice.Wish switch
    {
        null => (screen, null),
        { Act: TopAct.Foresee, Host: { } host } wish => (screen with { Panel = new($"Drain {host}", ["Looking at what would go where …"], [], wish) }, wish),
        { } wish => (screen with { Panel = null }, wish),
    };

    private static (TopScreen, TopWish?) InList(TopScreen screen, TopKey key)
    {
        switch (key)
        {
            case { Kind: TopKeyKind.Up } or { Text: "k" }:
                return (Step(screen, -1), null);
            case { Kind: TopKeyKind.Down } or { Text: "j" }:
                return (Step(screen, 1), null);
            case { Kind: TopKeyKind.PageUp }:
                return (Step(screen, -Page), null);
            case { Kind: TopKeyKind.PageDown }:
                return (Step(screen, Page), null);
            case { Kind: TopKeyKind.Home }:
                return (Step(screen, int.MinValue / 2), null);
            case { Kind: TopKeyKind.End }:
                return (Step(screen, int.MaxValue / 2), null);
            case { Text: "/" }:
                return (screen with { Filtering = true }, null);
            case { Kind: TopKeyKind.Escape }:
                return (Chosen(screen with { Filter = "", Note = "", IsTrouble = false }), null);
            case { Text: "q" or "Q" }:
                return screen.UnderWay == 0 || screen.Leaving ? (screen, new TopWish(TopAct.Leave))
                    : ((screen with { Leaving = true }).Told("a move or a drain is under way: a move that is left here is given up, if it can be; q once more leaves"), null);
            case { Text: "h" }:
                return (screen with { Panel = new("Keys", [.. Meanings.Select(m => $"{Cells.Pad(m.Key, 10)}{m.Text}")], []) }, null);
            case { Text: "d" }:
                return (ChooseDrain(screen), null);
            case { Text: "u" }:
                return Undo(screen);
            default:
                return OfJob(screen, key);
        }
    }

    private static (TopScreen, TopWish?) OfJob(TopScreen screen, TopKey key)
    {
        TopAct? act = key switch
        {
            { Kind: TopKeyKind.Enter } or { Text: "t" } => TopAct.Details,
            { Text: "l" } => TopAct.Log,
            { Text: "?" or "w" } => TopAct.Why,
            { Text: "m" } => TopAct.Move,
            { Text: "c" } => TopAct.Save,
            _ => null,
        };
        if (act is null)
        {
            return (screen, null);
        }

        return screen.Job is not { } job ? (screen.Told("there is no job to select", trouble: true), null)
            : act == TopAct.Move ? (ChooseTarget(screen, job), null)
            : act == TopAct.Save ? (screen with
            {
                Panel = new(
                    $"Save {job.Name} while it runs on",
                    ["As one executable file in your home directory; running it resumes the job as it is now.", ""],
                    [new TopChoice("save it", new TopWish(TopAct.Save, job))]),
            }, null)
            : Ask(screen, act.Value, job);
    }

    private static (TopScreen, TopWish?) Ask(TopScreen screen, TopAct act, JobInfo job)
    {
        TopWish wish = new(act, job);
        string title = act switch
        {
            TopAct.Why => $"Why is {job.Name} on {job.Host}?",
            TopAct.Log => $"Log of {job.Name}",
            _ => job.Name,
        };
        return (screen with { Panel = new(title, ["…"], [], wish) { AtEnd = act == TopAct.Log } }, wish);
    }

    private static TopScreen ChooseTarget(TopScreen screen, JobInfo job)
    {
        TopChoice[] targets =
        [
            .. screen.Picture!.Hosts.Where(h => Name(h) != job.Host).Select(h => new TopChoice(
                $"{Name(h)}   {Load(h)}", h.Host is { Draining: false } ? new TopWish(TopAct.Move, job, Name(h)) : null)),
        ];
        return targets.Length == 0 ? screen.Told("there is no other host", trouble: true)
            : screen with { Panel = new($"Move {job.Name} from {job.Host} to …", [], targets) { Chosen = Math.Max(0, Array.FindIndex(targets, t => t.Wish is not null)) } };
    }

    private static TopScreen ChooseDrain(TopScreen screen)
    {
        if (screen.Picture is not { } picture)
        {
            return screen;
        }

        TopChoice[] hosts =
        [
            .. picture.Hosts.Select(h => new TopChoice(
                $"{Name(h)}   {Load(h)}{(h.Host?.Draining == true ? "; lets it take jobs again" : "")}",
                h.Host is null ? null : new TopWish(h.Host.Draining ? TopAct.Undrain : TopAct.Foresee, Host: Name(h)))),
        ];
        int chosen = picture.Hosts.Select(Name).ToList().IndexOf(screen.Job?.Host ?? "");
        return screen with { Panel = new("Drain which host? Nothing is touched before you have seen what would go where", [], hosts) { Chosen = Math.Max(0, chosen) } };
    }

    private static (TopScreen, TopWish?) Undo(TopScreen screen)
    {
        if (screen.Moves is not [.., { } last])
        {
            return (screen.Told("nothing was moved here that could go back", trouble: true), null);
        }

        screen = screen with { Moves = screen.Moves.RemoveAt(screen.Moves.Count - 1) };
        return screen.Picture?.Jobs.FirstOrDefault(j => j.Id == last.Job) is { } job && job.Host == last.To
            ? (screen, new TopWish(TopAct.Move, job, last.From, Undoes: true))
            : (screen.Told($"{last.Name} is not on {last.To} any more", trouble: true), null);
    }

    private static TopScreen Step(TopScreen screen, int step)
    {
        IReadOnlyList<JobInfo> jobs = screen.Jobs;
        if (jobs.Count == 0)
        {
            return screen;
        }

        int at = jobs.ToList().FindIndex(j => j.Id == screen.Chosen);
        return screen with { Chosen = jobs[(int)Math.Clamp((long)at + step, 0, jobs.Count - 1)].Id };
    }

    /// <summary>With a job that is listed selected, if there is one.</summary>
    private static TopScreen Chosen(TopScreen screen) => screen.Job is not null ? screen : screen with { Chosen = screen.Jobs.FirstOrDefault()?.Id };

    private static string WithoutLast(string text)
    {
        int[] starts = System.Globalization.StringInfo.ParseCombiningCharacters(text);
        return starts.Length == 0 ? "" : text[..starts[^1]];
    }

    private static string Name(PeerInfo host) => host.Host?.Name ?? host.Name ?? host.Address;

    private static string Load(PeerInfo host) => host.Host switch
    {
        null => "no answer",
        { Draining: true } => "drained",
        { } info => string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{info.Load?.RunQueue ?? 0:0.0} of {info.Load?.Capacity ?? info.CpuCount:0.#} cpu, {Output.Size(info.MemoryAvailable)} free"),
    };
}
