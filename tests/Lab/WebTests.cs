using System.Text.Json;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>The page of <c>yado web</c> in a real browser, before three real hosts: what can be done there, also when it can't.</summary>
public sealed class WebTests(WebHosts lab) : IClassFixture<WebHosts>
{
    /// <summary>With a page that nobody has touched yet.</summary>
    private Browser Browser { get; } = lab.Fresh();

    [SkippableFact]
    public void A_job_is_moved_by_a_key_and_goes_back_by_another()
    {
        lab.StartCounting("h2", "keyed");
        lab.Choose("keyed");

        Browser.Press("m");
        Browser.Until("document.querySelector('dialog[open] .choices button')");
        Browser.Press("1");
        Browser.Until($"{WebHosts.Row("keyed")}.cells[1].textContent === 'h1'");
        Browser.Until("document.querySelector('#moves li')?.textContent.includes('keyed') && document.querySelector('#moves li').textContent.includes('still for')");
        lab.Job("h1", "keyed").GetProperty("host").GetString().ShouldBe("h1");

        Browser.Press("u");
        Browser.Until($"{WebHosts.Row("keyed")}.cells[1].textContent === 'h2'");
        lab.YadoOn("h2", "kill", "keyed").Succeeds();
        lab.CountedOn("keyed").ShouldBeTrue();
        NothingThrown();
    }

    [SkippableFact]
    public void A_job_is_dragged_onto_a_host()
    {
        lab.StartCounting("h1", "dragged");

        Browser.Drag(WebHosts.Row("dragged"), WebHosts.HostRow("h3"));

        Browser.Until($"{WebHosts.Row("dragged")}.cells[1].textContent === 'h3'");
        lab.Job("h3", "dragged").GetProperty("state").GetString().ShouldBe("running");
        lab.YadoOn("h3", "kill", "dragged").Succeeds();
        lab.CountedOn("dragged").ShouldBeTrue();
        NothingThrown();
    }

    [SkippableFact]
    public void A_job_that_has_ended_while_it_is_dragged_is_told_of_in_a_line()
    {
        lab.StartCounting("h1", "brief");
        Browser.MouseDown(WebHosts.Row("brief"));
        Browser.MouseTo(WebHosts.HostRow("h2"));
        lab.YadoOn("h1", "kill", "brief").Succeeds();

        Browser.MouseTo(WebHosts.HostRow("h3"));
        Browser.MouseUp(WebHosts.HostRow("h3"));

        Browser.Until("document.querySelector('.toast.bad')?.textContent.includes('ended')");
        NothingThrown();
    }

    [SkippableFact]
    public void A_host_is_drained_after_it_was_shown_what_would_go_where()
    {
        lab.StartCounting("h3", "drained");
        Browser.Click($"{WebHosts.HostRow("h3")}.querySelector('button')");
        Browser.Until("document.querySelector('dialog[open] .main')");
        Browser.Text("#dialog-body").ShouldContain("nothing has been touched");
        Browser.Text("#dialog-body").ShouldContain("moves to h");
        lab.Job("h3", "drained").GetProperty("state").GetString().ShouldBe("running");

        Browser.Click("document.querySelector('dialog .main')");
        Browser.Until($"{WebHosts.HostRow("h3")}.textContent.includes('drained')");
        Browser.Until($"['h1', 'h2'].includes({WebHosts.Row("drained")}.cells[1].textContent)");
        Browser.Until("[...document.querySelectorAll('#moves li')].some(l => l.textContent.includes('drained') && l.textContent.includes('still for'))");

        Browser.Click($"{WebHosts.HostRow("h3")}.querySelector('button')");
        Browser.Until("document.querySelector('dialog[open] .main')");
        Browser.Click("document.querySelector('dialog .main')");
        Browser.Until($"!{WebHosts.HostRow("h3")}.textContent.includes('drained')");
        lab.YadoOn("h1", "kill", "drained").Succeeds();
        lab.CountedOn("drained").ShouldBeTrue();
        NothingThrown();
    }

    [SkippableFact]
    public void A_job_is_looked_into_searched_and_saved()
    {
        lab.Start("h1", "looked", "sh", "-c", "echo '<img src=x onerror=alert(1)>'; sh -c 'sleep 1000; :' & wait");
        Browser.Until(WebHosts.Row("looked"));
        Browser.Press("/");
        Browser.Type("looked h1");
        Browser.Until("document.querySelectorAll('#rows tr').length === 1");
        Browser.Press("Enter");
        lab.Choose("looked");

        Browser.Press("l");
        Browser.Until("document.querySelector('dialog[open] pre')?.textContent === '<img src=x onerror=alert(1)>\\n'");
        Browser.Ask("document.querySelectorAll('dialog img').length").GetInt32().ShouldBe(0);
        Browser.Press("Escape");

        Browser.Press("t");
        Browser.Until("document.querySelectorAll('dialog[open] tbody tr').length === 3");
        Browser.Text("#dialog-body").ShouldContain("└ sleep");
        Browser.Press("Escape");

        Browser.Press("?");
        Browser.Until("document.querySelector('#dialog-body').textContent.includes('No job is moved by itself')");
        Browser.Press("Escape");

        Browser.Press("c");
        Browser.Until("document.querySelector('dialog[open] input')");
        Browser.Ask($"document.querySelector('dialog input').value = {JsonSerializer.Serialize(lab.File_("looked.ctx"))}");
        Browser.Click("document.querySelector('dialog .main')");
        Browser.Until("document.querySelector('#toasts').textContent.includes('saved: ')");
        File.Exists(lab.File_("looked.ctx")).ShouldBeTrue();
        lab.Job("h1", "looked").GetProperty("state").GetString().ShouldBe("running");
        Browser.Ask("(() => { const s = document.querySelector('#search'); s.value = ''; s.dispatchEvent(new Event('input')); })()");
        lab.YadoOn("h1", "kill", "looked").Succeeds();
        NothingThrown();
    }

    [SkippableFact]
    public void What_a_policy_did_is_told_with_its_figures()
    {
        lab.StartCounting("h1", "asked");
        lab.YadoOn("h1", "policy", "threshold", "limit=50", "every=1").Succeeds();
        try
        {
            lab.Choose("asked");
            Until.Holds(
                () =>
                {
                    Browser.Press("?");
                    Browser.Until("document.querySelector('dialog[open] #dialog-body').textContent.length > 10");
                    string told = Browser.Text("#dialog-body");
                    Browser.Press("Escape");
                    return told.Contains("Runs or waits", StringComparison.Ordinal) && told.Contains("It wants", StringComparison.Ordinal)
                        || told.Contains("decides for all", StringComparison.Ordinal);
                },
                () => Browser.Text("#dialog-body"));
        }
        finally
        {
            lab.YadoOn("h1", "policy", "none").Succeeds();
            lab.YadoOn("h1", "kill", "asked").Succeeds();
        }
    }

    [SkippableFact]
    public void A_host_that_has_left_is_shown_as_such_and_takes_nothing()
    {
        lab.StartCounting("h1", "staying");
        lab.Lab("cut", "h2").Succeeds();
        try
        {
            Browser.Drag(WebHosts.Row("staying"), WebHosts.HostRow("h2"));
            Browser.Until($"{WebHosts.HostRow("h2")}.textContent.includes('no answer')");
            lab.Job("h1", "staying").GetProperty("host").GetString().ShouldBe("h1");
        }
        finally
        {
            lab.Lab("join", "h2").Succeeds();
        }

        Browser.Until($"!{WebHosts.HostRow("h2")}.textContent.includes('no answer')");
        Browser.Until($"{WebHosts.Row("staying")}?.querySelector('.state.running')");
        lab.YadoOn("h1", "kill", "staying").Succeeds();
        lab.CountedOn("staying").ShouldBeTrue();
    }

    [SkippableFact]
    public void Nobody_else_gets_in()
    {
        Uri address = new(lab.Address);
        string at = $"http://127.0.0.1:{address.Port}";

        // The token was used, and a cookie is nobody else's to have: curl is another program of the machine.
        Ending Curl(params string[] words) => lab.On("h1", ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", .. words]);
        Curl(lab.Address).Output.ShouldBe("401");
        Curl($"{at}/").Output.ShouldBe("401");
        Curl($"{at}/?token=0000").Output.ShouldBe("401");
        Curl($"{at}/events").Output.ShouldBe("401");
        Curl("-X", "POST", "-H", "content-type: application/json", "-H", $"origin: {at}", "-d", "{}", $"{at}/api/move").Output.ShouldBe("401");
        Curl("-H", "host: evil.example", $"{at}/").Output.ShouldBe("403");
        // Of the other ends of the machine: only the loopback one is open.
        string own = lab.YadoOn("h1", "hosts", "--json").Succeeds().Output;
        string outside = JsonDocument.Parse(own).RootElement.EnumerateArray().First(h => h.GetProperty("name").GetString() == "h1").GetProperty("address").GetString()!.Split(':')[0];
        Curl($"http://{outside}:{address.Port}/").Output.ShouldBe("000");
        // In the browser that has the cookie: only with the key, which no other port of this name can read.
        Browser.Ask("fetch('/api/load?seconds=10').then(r => r.status)").GetInt32().ShouldBe(401);
        Browser.Ask("fetch('/api/load?seconds=10', { headers: { 'yado-key': localStorage.getItem('key') } }).then(r => r.status)").GetInt32().ShouldBe(200);
    }

    private void NothingThrown() => Browser.Uncaught.ShouldBeEmpty();
}
