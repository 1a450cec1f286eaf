using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Shouldly;
using Xunit;
using Yadokari.LabTests;
using Yadokari.Protocol.Errors;
using Yadokari.Web.Entry;

namespace Yadokari.Web.Tests;

/// <summary>The page behind a proxy that ends TLS, and by TLS of its own.</summary>
public sealed class TeamTests
{
    private const string Outside = "https://jobs.example";

    /// <summary>Where the page is that stands behind a proxy.</summary>
    private readonly int _port = FreePorts.Take(1)[0];

    [Theory]
    [InlineData("https://jobs.example", "https://jobs.example")]
    [InlineData("https://Jobs.Example:443/", "https://jobs.example")]
    [InlineData("https://jobs.example:8443", "https://jobs.example:8443")]
    [InlineData("https://bücher.example", "https://xn--bcher-kva.example")]
    [InlineData("https://[fd00::1]:8443", "https://[fd00::1]:8443")]
    public void The_proxys_address_is_read_as_browsers_write_it(string text, string origin) => PageOrigins.ParseOutside(text).ShouldBe(origin);

    [Theory]
    [InlineData("http://jobs.example", "only https")]
    [InlineData("https://jobs.example/yado", "without a path")]
    [InlineData("https://jobs.example/?a=b", "without a path")]
    [InlineData("https://jobs.example/#a", "without a path")]
    [InlineData("https://me@jobs.example", "no address")]
    [InlineData("jobs.example", "no address")]
    [InlineData("jobs.example:8443", "no address")]
    [InlineData("https://", "no address")]
    [InlineData("", "no address")]
    public void What_is_no_such_address_is_refused_in_a_line(string text, string why)
    {
        YadoException failure = Should.Throw<YadoException>(() => PageOrigins.ParseOutside(text));

        failure.Kind.ShouldBe(YadoError.WrongUsage);
        failure.Message.ShouldContain(why);
    }

    [Theory]
    [InlineData("10.0.0.1", 8443, "https://10.0.0.1:8443")]
    [InlineData("10.0.0.1", 443, "https://10.0.0.1")]
    [InlineData("0.0.0.0", 8443, "https://10.0.0.2:8443")]
    [InlineData("fd00::1", 8443, "https://[fd00::1]:8443")]
    public void The_printed_address_is_one_that_the_certificate_is_for(string at, int port, string printed)
    {
        IPAddress[] addresses = [IPAddress.Loopback, IPAddress.Parse("10.0.0.2"), IPAddress.Parse("10.0.0.1"), IPAddress.Parse("fd00::1")];

        PageOrigins.OfCertificate(IPAddress.Parse(at), addresses, null).Printed(port).ShouldBe(printed);
    }

    [Fact]
    public async Task Behind_a_proxy_the_page_is_entered_and_used_under_the_proxys_name()
    {
        await using StandInDaemon daemon = new();
        await using ServedPage page = await BehindAsync(daemon);

        page.Address.ToString().ShouldStartWith($"{Outside}/?token=");
        using HttpResponseMessage entered = await SendAsync(HttpMethod.Get, page.Address.PathAndQuery, "jobs.example");
        entered.StatusCode.ShouldBe(HttpStatusCode.OK);
        string cookie = entered.Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldContain("; secure", Case.Insensitive);
        cookie.ShouldContain("samesite=strict", Case.Insensitive);
        (await SendAsync(HttpMethod.Get, page.Address.PathAndQuery, "jobs.example")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(HttpMethod.Get, "/", "jobs.example", ("Cookie", cookie.Split(';')[0]))).StatusCode.ShouldBe(HttpStatusCode.OK);
        string key = EntryTests.KeyIn(await entered.Content.ReadAsStringAsync());
        // No such job: it was let through and asked for.
        (await SendAsync(HttpMethod.Post, "/api/move", "jobs.example", ("Cookie", cookie.Split(';')[0]), (PageGuard.KeyHeader, key), ("Origin", Outside))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("evil.example", "Origin", "https://evil.example", "another host")]
    [InlineData("evil.example", "X-Forwarded-Host", "jobs.example", "another host")]
    [InlineData("evil.example", "Forwarded", "host=jobs.example;proto=https", "another host")]
    [InlineData("jobs.example:8443", "Origin", "https://jobs.example:8443", "another host")]
    [InlineData("jobs.example", "Origin", "http://jobs.example", "another page")]
    [InlineData("jobs.example", "Origin", "https://other.jobs.example", "another page")]
    [InlineData("jobs.example", "Origin", "https://jobs.example:8443", "another page")]
    [InlineData("jobs.example", "Origin", "http://127.0.0.1:{port}", "another page")]
    [InlineData("jobs.example", "Sec-Fetch-Site", "same-site", "another page")]
    [InlineData("127.0.0.1:{port}", "Origin", "https://jobs.example", "must hand on the name")]
    public async Task Behind_a_proxy_only_its_name_gets_in(string host, string header, string value, string told)
    {
        await using StandInDaemon daemon = new();
        await using ServedPage page = await BehindAsync(daemon);
        using HttpResponseMessage entered = await SendAsync(HttpMethod.Get, page.Address.PathAndQuery, "jobs.example");
        string cookie = entered.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        string Filled(string text) => text.Replace("{port}", $"{_port}", StringComparison.Ordinal);

        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, "/events", Filled(host), ("Cookie", cookie), (header, Filled(value)));

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(told);
    }

    [Fact]
    public async Task Behind_a_proxy_it_listens_on_127_0_0_1_only()
    {
        await using StandInDaemon daemon = new();
        await using ServedPage page = await BehindAsync(daemon);
        using Socket own = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        await own.ConnectAsync(IPAddress.Loopback, _port);
        SocketException refused = await Should.ThrowAsync<SocketException>(async () => await other.ConnectAsync(IPAddress.Parse("127.0.0.2"), _port));
        refused.SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
    }

    [Fact]
    public async Task By_TLS_the_page_is_entered_once_and_the_cookie_stays_in_TLS()
    {
        await using StandInDaemon daemon = new();
        using OwnCertificate certificate = new();
        await using ServedPage page = await SecuredAsync(daemon, certificate);
        using HttpClient client = certificate.Client();

        page.Address.Scheme.ShouldBe("https");
        using HttpResponseMessage entered = await client.GetAsync(page.Address);
        entered.StatusCode.ShouldBe(HttpStatusCode.OK);
        entered.Headers.GetValues("Set-Cookie").Single().ShouldContain("; secure", Case.Insensitive);
        (await client.GetAsync(page.Root)).StatusCode.ShouldBe(HttpStatusCode.OK);
        using HttpClient second = certificate.Client();
        (await second.GetAsync(page.Address)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await second.GetAsync(page.Root)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_proxy_may_come_by_TLS_too()
    {
        await using StandInDaemon daemon = new();
        using OwnCertificate certificate = new();
        await using ServedPage page = await ServedPage.StartAsync(
            daemon.Socket, how: o => o with { Behind = Outside, Secured = certificate.End with { At = new IPEndPoint(IPAddress.Loopback, _port) } });
        using HttpClient client = certificate.Client();
        using HttpRequestMessage request = new(HttpMethod.Get, $"https://127.0.0.1:{_port}{page.Address.PathAndQuery}");
        request.Headers.Host = "jobs.example";

        page.Address.Host.ShouldBe("jobs.example");
        (await client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("Host", "evil.example:{port}")]
    [InlineData("Host", "localhost:{port}")]
    [InlineData("Host", "10.0.0.1:{port}")]
    [InlineData("Host", "127.0.0.1")]
    [InlineData("Origin", "http://127.0.0.1:{port}")]
    [InlineData("Origin", "https://127.0.0.1")]
    [InlineData("Origin", "https://evil.example")]
    public async Task By_TLS_only_an_address_of_the_certificate_gets_in(string header, string value)
    {
        await using StandInDaemon daemon = new();
        using OwnCertificate certificate = new();
        await using ServedPage page = await SecuredAsync(daemon, certificate);
        using HttpClient client = certificate.Client();
        (await client.GetAsync(page.Address)).StatusCode.ShouldBe(HttpStatusCode.OK);
        using HttpRequestMessage request = new(HttpMethod.Get, page.Root + "/events");
        request.Headers.TryAddWithoutValidation(header, value.Replace("{port}", $"{page.Address.Port}", StringComparison.Ordinal));

        using HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Where_TLS_is_spoken_plain_HTTP_is_not()
    {
        await using StandInDaemon daemon = new();
        using OwnCertificate certificate = new();
        await using ServedPage page = await SecuredAsync(daemon, certificate);
        using Socket plain = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await plain.ConnectAsync(IPAddress.Loopback, page.Address.Port);

        await plain.SendAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: 127.0.0.1:{page.Address.Port}\r\n\r\n"));

        string said = await ReadToEndAsync(plain);
        said.ShouldNotContain("HTTP");
        using HttpClient client = certificate.Client();
        (await client.GetAsync(page.Address)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crowd_that_says_nothing_ends_itself_and_the_page_stays_served(bool secured)
    {
        await using StandInDaemon daemon = new() { Jobs = [StandInDaemon.Job(1, "one", "sleep")] };
        using OwnCertificate certificate = new();
        await using ServedPage page = secured ? await SecuredAsync(daemon, certificate) : await ServedPage.StartAsync(daemon.Socket);
        using HttpClient client = certificate.Client();
        await EntryTests.EnterAsync(page, client);
        using HttpResponseMessage events = await client.GetAsync(page.Root + "/events", HttpCompletionOption.ResponseHeadersRead);
        await using Stream watched = await events.Content.ReadAsStreamAsync();

        long begun = Stopwatch.GetTimestamp();
        Socket[] crowd = [.. Enumerable.Range(0, 200).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))];
        foreach (Socket one in crowd)
        {
            await one.ConnectAsync(IPAddress.Loopback, page.Address.Port);
        }

        int Ended() => crowd.Count(s => s.Poll(0, SelectMode.SelectRead));
        Until.Holds(() => Ended() >= 130, () => $"{Ended()} of 200 were ended");
        // Sooner than a handshake that nobody goes on with is given up.
        Stopwatch.GetElapsedTime(begun).ShouldBeLessThan(TimeSpan.FromSeconds(9));
        (await client.GetAsync(page.Root)).StatusCode.ShouldBe(HttpStatusCode.OK);
        using StreamReader lines = new(watched);
        (await lines.ReadLineAsync()).ShouldNotBeNull().ShouldStartWith("data: ");
        Array.ForEach(crowd, s => s.Dispose());
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_not_read()
    {
        await using StandInDaemon daemon = new();
        await using ServedPage page = await ServedPage.StartAsync(daemon.Socket);
        using HttpClient client = await EntryTests.EnterAsync(page);
        using HttpRequestMessage request = new(HttpMethod.Post, page.Root + "/api/move") { Content = JsonContent.Create(new { job = new string('a', 70_000), host = "b" }) };
        request.Headers.Add("Origin", page.Root);

        using HttpResponseMessage answer = await client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private Task<ServedPage> BehindAsync(StandInDaemon daemon) => ServedPage.StartAsync(daemon.Socket, how: o => o with { Port = _port, Behind = Outside });

    private static Task<ServedPage> SecuredAsync(StandInDaemon daemon, OwnCertificate certificate) => ServedPage.StartAsync(daemon.Socket, how: o => o with { Secured = certificate.End });

    /// <summary>As a proxy hands it on.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string host, params (string Name, string Value)[] headers)
    {
        using HttpClient client = new(new HttpClientHandler { UseCookies = false }) { Timeout = TimeSpan.FromSeconds(20) };
        using HttpRequestMessage request = new(method, $"http://127.0.0.1:{_port}{path}");
        request.Headers.Host = host;
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (method == HttpMethod.Post)
        {
            request.Content = JsonContent.Create(new { job = "a", host = "b" });
        }

        return await client.SendAsync(request);
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        using MemoryStream all = new();
        byte[] piece = new byte[4096];
        try
        {
            int count;
            while ((count = await socket.ReceiveAsync(piece).WaitAsync(TimeSpan.FromSeconds(30))) > 0)
            {
                all.Write(piece, 0, count);
            }
        }
        catch (SocketException)
        {
            // Cut off: that is an end too.
        }

        return Encoding.Latin1.GetString(all.ToArray());
    }
}
