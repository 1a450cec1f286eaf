using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Yadokari.Rpc.Server;

/// <summary>A server in the test's own process, on a free port of this machine.</summary>
internal sealed class SmallServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SmallServer(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <param name="map">Maps what it answers.</param>
    /// <param name="around">Comes before AddYadokari's middleware.</param>
    /// <param name="movable">With AddYadokari and UseYadokari; else a plain one, to play a server that lies.</param>
    public static async Task<SmallServer> StartAsync(
        Action<WebApplication> map, bool movable = true, HttpProtocols protocol = HttpProtocols.Http1, Action<YadokariOptions>? configure = null,
        Action<WebApplication>? around = null, Action<IServiceCollection>? services = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocol));
        if (movable)
        {
            builder.Services.AddYadokari(configure);
        }
        services?.Invoke(builder.Services);
        WebApplication app = builder.Build();
        around?.Invoke(app);
        if (movable)
        {
            app.UseYadokari();
        }
        map(app);
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new SmallServer(app) { Address = new Uri(address) };
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
