using System.Net;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Trust;

namespace Yadokari.Daemon.Tests.Trust;

/// <summary>What a page in a browser can send is no request.</summary>
public sealed class BrowserGuardTests
{
    [Theory]
    [InlineData("yado")]
    [InlineData("localhost")]
    [InlineData("127.0.0.1:1991")]
    public void What_our_clients_send_goes_on(string host) => BrowserGuard.Explain(Request(host, "application/json; charset=utf-8")).ShouldBeNull();

    [Fact]
    public void A_request_without_a_body_needs_no_type() => BrowserGuard.Explain(Request("yado", null)).ShouldBeNull();

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:1991")]
    [InlineData("yado.evil.example")]
    [InlineData("127.0.0.1:1992")]
    [InlineData("")]
    public void A_request_for_another_host_is_refused(string host) => BrowserGuard.Explain(Request(host, "application/json")).ShouldNotBeNull();

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://yado")]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Mode", "no-cors")]
    public void A_request_of_a_page_is_refused(string header, string value)
    {
        HttpRequest request = Request("yado", "application/json");
        request.Headers[header] = value;

        BrowserGuard.Explain(request)!.ShouldContain(header);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("")]
    public void A_body_that_a_page_may_send_is_refused(string type) => BrowserGuard.Explain(Request("yado", type)).ShouldBe("the body must be application/json");

    [Fact]
    public void A_body_of_unknown_length_is_one()
    {
        HttpRequest request = Request("yado", null);
        request.ContentType = "text/plain";
        request.Headers.TransferEncoding = "chunked";

        BrowserGuard.Explain(request).ShouldNotBeNull();
    }

    /// <param name="type">Of a body; null: there is none.</param>
    private static HttpRequest Request(string host, string? type)
    {
        DefaultHttpContext context = new();
        context.Connection.LocalIpAddress = IPAddress.Loopback;
        context.Connection.LocalPort = 1991;
        context.Request.Method = "POST";
        context.Request.Headers.Host = host;
        if (type is not null)
        {
            context.Request.ContentType = type;
            context.Request.ContentLength = 2;
        }
        return context.Request;
    }
}
