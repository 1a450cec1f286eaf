using Shouldly;
using Xunit;
using Yadokari.LabTests;

namespace Yadokari.Web.Tests;

/// <summary>The page in a browser, with more jobs and worse words than hosts can easily be made to have.</summary>
public sealed class PageTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    [SkippableFact]
    public async Task Five_thousand_jobs_are_searched_and_stepped_through()
    {
        await using StandInDaemon daemon = new() { Jobs = [.. Enumerable.Range(1, 5000).Select(n => StandInDaemon.Job(n, $"job-{n}", "sleep", $"{n}"))] };
        await using ServedPage page = await ServedPage.StartAsync(daemon.Socket);
        using Browser browser = new(Nothing);

        browser.Open(page.Address.ToString());
        browser.Until("document.querySelector('#summary').textContent.includes('5000 jobs')");
        browser.Ask("document.querySelectorAll('#rows tr').length").GetInt32().ShouldBe(200);
        browser.Press("j");
        browser.Press("ArrowDown");
        browser.Until("document.querySelector('#rows tr[aria-selected=true]') === document.querySelector('#rows').children[1]");
        browser.Press("/");
        browser.Type("job-4999");
        browser.Until("document.querySelectorAll('#rows tr').length === 1");
        // How long the page works on what a look brings: it has to stay quick under the fingers.
        browser.Ask("(() => { const t = performance.now(); document.querySelector('#search').dispatchEvent(new Event('input')); return performance.now() - t; })()")
            .GetDouble().ShouldBeLessThan(500);
        browser.Uncaught.ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task Words_of_jobs_and_hosts_are_text_and_never_part_of_the_page()
    {
        const string hostile = "<img src=x onerror=\"window.broken=1\"><script>window.broken=1</script>\u202e'\"&amp;";
        await using StandInDaemon daemon = new()
        {
            Jobs = [StandInDaemon.Job(1, hostile, hostile, hostile) with { Note = hostile, Host = hostile }],
            Peers = [new() { Address = "10.0.0.2:1991", Name = hostile, Error = hostile }],
        };
        await using ServedPage page = await ServedPage.StartAsync(daemon.Socket);
        using Browser browser = new(Nothing);

        browser.Open(page.Address.ToString());
        browser.Until("document.querySelectorAll('#rows tr').length === 1 && document.querySelectorAll('.host').length === 2");
        browser.Click("document.querySelector('#rows tr')");
        browser.Press("m");
        browser.Until("document.querySelector('dialog[open]')");

        browser.Ask("document.querySelectorAll('#rows img, #rows script, .host img, .host script, dialog img, dialog script').length").GetInt32().ShouldBe(0);
        browser.Ask("window.broken === undefined").GetBoolean().ShouldBeTrue();
        browser.Text("#rows td").ShouldBe(hostile);
        browser.Uncaught.ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task Every_button_and_field_has_a_name_and_focus_stays_where_it_was()
    {
        await using StandInDaemon daemon = new() { Jobs = [StandInDaemon.Job(1, "one", "sleep"), StandInDaemon.Job(2, "two", "sleep")] };
        await using ServedPage page = await ServedPage.StartAsync(daemon.Socket);
        using Browser browser = new(Nothing);
        browser.Open(page.Address.ToString());
        browser.Until("document.querySelectorAll('#rows tr').length === 2");

        browser.Ask("[...document.querySelectorAll('button, input, select')].filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length)).map(e => e.outerHTML)")
            .GetArrayLength().ShouldBe(0);
        browser.Press("j");
        browser.Ask("document.activeElement.dataset.job").GetString().ShouldNotBeNullOrEmpty();
        browser.Press("h");
        browser.Until("document.querySelector('dialog[open]')");
        browser.Press("Escape");
        browser.Until("!document.querySelector('dialog[open]') && document.activeElement.dataset.job");
    }

    [SkippableFact]
    public async Task A_daemon_that_tells_hosts_and_jobs_apart_is_shown_too()
    {
        await using StandInDaemon daemon = new() { Jobs = [StandInDaemon.Job(1, "one", "sleep")], TellsHosts = false };
        await using ServedPage page = await ServedPage.StartAsync(daemon.Socket);
        using Browser browser = new(Nothing);

        browser.Open(page.Address.ToString());

        browser.Until("document.querySelectorAll('#rows tr').length === 1 && document.querySelectorAll('.host').length === 1");
        browser.Uncaught.ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task A_daemon_that_is_gone_is_told_of()
    {
        StandInDaemon daemon = new() { Jobs = [StandInDaemon.Job(1, "one", "sleep")] };
        await using ServedPage page = await ServedPage.StartAsync(daemon.Socket);
        using Browser browser = new(Nothing);
        browser.Open(page.Address.ToString());
        browser.Until("document.querySelectorAll('#rows tr').length === 1");

        await daemon.DisposeAsync();

        browser.Until("!document.querySelector('#trouble').hidden");
        browser.Uncaught.ShouldBeEmpty();
    }
}
