using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;
using Yadokari.Web.Entry;

namespace Yadokari.Web.Tests;

/// <summary>Who is let in, and what may be sent from where.</summary>
public sealed partial class EntryTests
{
    [Fact]
    public void A_token_opens_once()
    {
        Session session = new();
        string token = session.Token!;

        session.Open(token + "0").ShouldBeNull();
        PagePass pass = session.Open(token).ShouldNotBeNull();
        session.Open(token).ShouldBeNull();
        session.Admits(pass.Cookie).ShouldBeTrue();
        session.Admits(pass.Key).ShouldBeFalse();
        session.IsKey(pass.Key).ShouldBeTrue();
        session.IsKey(pass.Cookie).ShouldBeFalse();
        session.IsKey(null).ShouldBeFalse();
        session.Admits(token).ShouldBeFalse();
        session.Admits(null).ShouldBeFalse();
        session.Admits("").ShouldBeFalse();
    }

    [Fact]
    public async Task The_cookie_is_for_this_page_only_and_no_script_can_read_it()
    {
        await using StandInDaemon daemon = new();
        await using ServedPage page = await ServedPage.StartAsync(daemon.Socket);
        using HttpClient client = new(new HttpClientHandler { UseCookies = false });

        using HttpResponseMessage entered = await client.GetAsync(page.Address);

        entered.StatusCode.ShouldBe(HttpStatusCode.OK);
        string cookie = entered.Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=strict", Case.Insensitive);
        entered.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        (await client.GetAsync(page.Address)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await client.GetAsync(page.Root)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("GET", "/", "Host", "evil.example:{port}")]
    [InlineData("GET", "/", "Host", "127.0.0.1")]
    [InlineData("GET", "/events", "Origin", "http://evil.example")]
    [InlineData("GET", "/events", "Sec-Fetch-Site", "cross-site")]
    [InlineData("GET", "/api/load?seconds=10", "Sec-Fetch-Site", "same-site")]
    [InlineData("POST", "/api/move", "Origin", "http://evil.example")]
    [InlineData("POST", "/api/move", "Origin", "null")]
    [InlineData("POST", "/api/move", "Origin", "http://127.0.0.1:1")]
    [InlineData("POST", "/api/move", "X-Nothing", "no origin at all")]
    [InlineData("DELETE", "/api/move", "Origin", "http://127.0.0.1:{port}")]
    public async Task A_foreign_page_gets_nothing_even_with_the_cookie(string method, string path, string header, string value)
    {
        await using StandInDaemon daemon = new();
        await using ServedPage page = await ServedPage.StartAsync(daemon.Socket);
        using HttpClient client = await EnterAsync(page);

        using HttpRequestMessage request = new(new HttpMethod(method), page.Root + path);
        if (method == "POST")
        {
            request.Content = JsonContent.Create(new { job = "a", host = "b" });
        }

        request.Headers.TryAddWithoutValidation(header, value.Replace("{port}", $"{page.Address.Port}", StringComparison.Ordinal));
        using HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("text/plain", "{\"job\":\"a\",\"host\":\"b\"}", HttpStatusCode.Forbidden)]
    [InlineData("application/json", "{\"job\":", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "{\"job\":null,\"host\":\"b\"}", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "null", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "{\"job\":\"a\",\"host\":\"b\"}", HttpStatusCode.NotFound)]
    public async Task What_the_page_would_not_send_is_refused_in_a_line(string type, string body, HttpStatusCode status)
    {
        await using StandInDaemon daemon = new();
        await using ServedPage page = await ServedPage.StartAsync(daemon.Socket);
        using HttpClient client = await EnterAsync(page);

        using HttpRequestMessage request = new(HttpMethod.Post, page.Root + "/api/move") { Content = new StringContent(body, System.Text.Encoding.UTF8, type) };
        request.Headers.Add("Origin", page.Root);
        using HttpResponseMessage answer = await client.SendAsync(request);

        answer.StatusCode.ShouldBe(status);
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("   at ");
    }

    /// <summary>Browsers send it to every port of this name, and somebody else may listen there.</summary>
    [Theory]
    [InlineData("GET", "/events")]
    [InlineData("GET", "/Events")]
    [InlineData("GET", "/events?key=")]
    [InlineData("GET", "/events?key=0000")]
    [InlineData("GET", "/api/load?seconds=10")]
    [InlineData("GET", "/api/why?job=a")]
    [InlineData("POST", "/api/move")]
    [InlineData("POST", "/API/move")]
    public async Task Who_was_sent_only_the_cookie_gets_nothing(string method, string path)
    {
        await using StandInDaemon daemon = new();
        await using ServedPage page = await ServedPage.StartAsync(daemon.Socket);
        using HttpClient client = await EnterAsync(page);
        client.DefaultRequestHeaders.Remove(PageGuard.KeyHeader);
        using HttpRequestMessage request = new(new HttpMethod(method), page.Root + path);
        request.Headers.Add("Origin", page.Root);
        if (method == "POST")
        {
            request.Content = JsonContent.Create(new { job = "a", host = "b" });
        }

        using HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await client.GetAsync(page.Root)).StatusCode.ShouldBe(HttpStatusCode.OK, "the files of the page are no secret");
    }

    [Fact]
    public async Task It_ends_when_nobody_watches()
    {
        await using StandInDaemon daemon = new();
        await using ServedPage page = await ServedPage.StartAsync(daemon.Socket, TimeSpan.FromMilliseconds(300));

        (await page.Running.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue();
        daemon.Looks.ShouldBe(0, "nobody watched: nothing is asked");
    }

    [Fact]
    public async Task What_a_page_will_show_is_looked_for_while_it_is_loaded_and_not_after_that()
    {
        await using StandInDaemon daemon = new();
        await using ServedPage page = await ServedPage.StartAsync(daemon.Socket);
        using HttpClient client = new();

        await client.GetAsync($"{page.Root}/?token=wrong");
        daemon.Looks.ShouldBe(0, "a stranger is no page");
        await client.GetAsync(page.Address);

        SpinWait.SpinUntil(() => daemon.Looks > 0, TimeSpan.FromSeconds(30)).ShouldBeTrue();
        SpinWait.SpinUntil(() => daemon.Looks > 1, TimeSpan.FromSeconds(3)).ShouldBeFalse("no page watches");
    }

    [Fact]
    public async Task No_directories_of_the_machine_are_watched_for_it()
    {
        await using StandInDaemon daemon = new();
        await using ServedPage page = await ServedPage.StartAsync(daemon.Socket);
        using HttpClient client = await EnterAsync(page);

        // inotify(7): a line of each in /proc/PID/fdinfo.
        Directory.EnumerateFiles("/proc/self/fdinfo").Sum(WatchesOf).ShouldBeLessThan(10);
    }

    internal static async Task<HttpClient> EnterAsync(ServedPage page)
    {
        HttpClient client = new(new HttpClientHandler { CookieContainer = new CookieContainer() });
        await EnterAsync(page, client);
        return client;
    }

    /// <summary>As a browser does it: the cookie is kept, and the key said in every request from then on.</summary>
    internal static async Task EnterAsync(ServedPage page, HttpClient client)
    {
        using HttpResponseMessage entered = await client.GetAsync(page.Address);
        entered.StatusCode.ShouldBe(HttpStatusCode.OK);
        client.DefaultRequestHeaders.Add(PageGuard.KeyHeader, KeyIn(await entered.Content.ReadAsStringAsync()));
    }

    internal static string KeyIn(string document) => DataKey().Match(document).Groups[1].Value;

    [GeneratedRegex("data-key=\"([0-9a-f]{40})\"")]
    private static partial Regex DataKey();

    private static int WatchesOf(string file)
    {
        try
        {
            return File.ReadLines(file).Count(l => l.StartsWith("inotify ", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            // It was closed meanwhile.
            return 0;
        }
    }
}
