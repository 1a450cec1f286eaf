using System.Net.Mime;
using Microsoft.AspNetCore.Http;

namespace Yadokari.Web.Entry;

/// <summary>
/// What is before every request: it must be for an address of the page (a name that was made to lead here is refused), must not come
/// from another page, and must have the cookie and, for all but the files of the page, the key. What is answered may run no script but its own.
/// </summary>
/// <param name="comes">Told that a page is shown, which will soon watch.</param>
public sealed class PageGuard(Session session, PageOrigins origins, Action comes)
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>With the key, in what the page asks; events are asked for by an address, which has it as ?key=.</summary>
    public const string KeyHeader = "Yado-Key";

    /// <summary>Cookies are shared by all ports of a host: each server has one of its own name.</summary>
    private static string CookieName(HttpContext context) => $"yado-{context.Connection.LocalPort}";

    public async Task Guard(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (Explain(context.Request, context.Connection.LocalPort, origins) is { } reason)
        {
            await SayAsync(context, StatusCodes.Status403Forbidden, reason).ConfigureAwait(false);
            return;
        }
        if (context.Request.Path == "/" && context.Request.Query["token"] is [{ } token])
        {
            await EnterAsync(context, token).ConfigureAwait(false);
            return;
        }
        if (!session.Admits(context.Request.Cookies[CookieName(context)]) || !(PageFiles.IsOne(context.Request.Path) || session.IsKey(KeyOf(context.Request))))
        {
            await SayAsync(context, StatusCodes.Status401Unauthorized, "open the address that 'yado web' has printed; it opens once, in one browser").ConfigureAwait(false);
            return;
        }
        if (context.Request.Path == "/")
        {
            comes();
        }
        await next(context).ConfigureAwait(false);
    }

    /// <summary>Null when the request may go on; else why not.</summary>
    public static string? Explain(HttpRequest request, int port, PageOrigins origins)
    {
        if (origins.Find(request.Host.Value ?? "", port) is not { } own)
        {
            return "the request is for another host";
        }
        string? origin = request.Headers.Origin;
        if (origin is not null && origin != own)
        {
            return origin == origins.Outside
                ? "the proxy must hand on the name that the browser asked for (the header Host)"
                : "the request comes from another page";
        }
        if (request.Headers["Sec-Fetch-Site"] is [{ } site] && site is not ("same-origin" or "none") && !IsNavigation(request))
        {
            return "the request comes from another page";
        }
        if (HttpMethods.IsGet(request.Method))
        {
            return null;
        }
        // What changes something: browsers say where it comes from, and may not send this type to elsewhere without asking.
        return !HttpMethods.IsPost(request.Method) || origin is null || request.ContentType?.Split(';')[0].Trim() != MediaTypeNames.Application.Json
            ? "the request is not one of this page"
            : null;
    }

    /// <summary>A link that was followed to the page itself: it is shown nothing without the cookie, which such a request does not bring.</summary>
    private static bool IsNavigation(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Path == "/" && request.Headers["Sec-Fetch-Mode"] == "navigate";

    private static string? KeyOf(HttpRequest request) => request.Headers[KeyHeader] is [{ } key] ? key : request.Query["key"] is [{ } asked] ? asked : null;

    private async Task EnterAsync(HttpContext context, string token)
    {
        if (session.Open(token) is not { } pass)
        {
            await SayAsync(context, StatusCodes.Status401Unauthorized, "this address was used already, or is not the one that 'yado web' has printed: start 'yado web' again").ConfigureAwait(false);
            return;
        }
        context.Response.Cookies.Append(CookieName(context), pass.Cookie, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = origins.IsSecure, Path = "/" });
        comes();
        // A page that goes on by itself and no redirection: a strict cookie does not come along where a file or a mail led here.
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(
            $"<!doctype html><link rel=icon href=\"data:,\"><title>Yadokari</title><script src=\"/enter.js\" data-key=\"{pass.Key}\"></script><a href=\"/\">Yadokari</a>").ConfigureAwait(false);
    }

    private static Task SayAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync($"yado web: {text}\n");
    }
}
