using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Yadokari.Web;

/// <summary>The page itself: part of the program, so that nothing has to be installed beside it.</summary>
public static class PageFiles
{
    private const string Prefix = "page/";

    private static readonly Assembly Own = typeof(PageFiles).Assembly;

    /// <summary>Addresses of the files; anything else asks for something.</summary>
    private static readonly FrozenSet<string> Addresses = Own.GetManifestResourceNames()
        .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Select(n => AddressOf(n[Prefix.Length..])).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>It is the address of a file, exactly as the page names it.</summary>
    public static bool IsOne(PathString path) => path.Value is { } address && Addresses.Contains(address);

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (string resource in Own.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            string name = resource[Prefix.Length..];
            byte[] content = Read(resource);
            string type = Path.GetExtension(name) switch
            {
                ".html" => "text/html; charset=utf-8",
                ".css" => "text/css; charset=utf-8",
                ".js" => "text/javascript; charset=utf-8",
                ".svg" => "image/svg+xml",
                _ => "application/octet-stream",
            };
            routes.MapGet(AddressOf(name), context =>
            {
                context.Response.ContentType = type;
                return context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
            });
        }
    }

    private static string AddressOf(string name) => name == "index.html" ? "/" : "/" + name;

    private static byte[] Read(string resource)
    {
        using Stream stream = Own.GetManifestResourceStream(resource)!;
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
