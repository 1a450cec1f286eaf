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

    /// <summary>By the addresses of the files; anything else asks for something.</summary>
    private static readonly FrozenDictionary<string, string> Resources = Own.GetManifestResourceNames()
        .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).ToFrozenDictionary(AddressOf, StringComparer.Ordinal);

    /// <summary>It is the address of a file, exactly as the page names it.</summary>
    public static bool IsOne(PathString path) => path.Value is { } address && Resources.ContainsKey(address);

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach ((string address, string resource) in Resources)
        {
            byte[] content = Read(resource);
            string type = Path.GetExtension(resource) switch
            {
                ".html" => "text/html; charset=utf-8",
                ".css" => "text/css; charset=utf-8",
                ".js" => "text/javascript; charset=utf-8",
                ".svg" => "image/svg+xml",
                _ => "application/octet-stream",
            };
            routes.MapGet(address, context =>
            {
                context.Response.ContentType = type;
                return context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
            });
        }
    }

    private static string AddressOf(string resource) => resource == Prefix + "index.html" ? "/" : "/" + resource[Prefix.Length..];

    private static byte[] Read(string resource)
    {
        using Stream stream = Own.GetManifestResourceStream(resource)!;
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
