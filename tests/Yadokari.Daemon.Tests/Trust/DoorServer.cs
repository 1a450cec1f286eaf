using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Yadokari.Daemon.Api;
using Yadokari.Daemon.Trust;
using Yadokari.Protocol;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Tests.Trust;

/// <summary>The real door and the authority's real routes on a free port of 127.0.0.1; "/v1/host" answers with the caller's name, "/v1/hosts" with the server's.</summary>
internal sealed class DoorServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly AuthorityBook? _book;

    private DoorServer(WebApplication app, AuthorityBook? book, string address)
    {
        (_app, _book) = (app, book);
        Address = address;
    }

    public string Address { get; }

    /// <summary>Requests that came through the handshake.</summary>
    public int Requests { get; private set; }

    public static async Task<DoorServer> StartAsync(HostCredentials credentials, int port = 0)
    {
        AuthorityBook? book = credentials.Files.HasAuthority ? AuthorityBook.Open(credentials.Files) : null;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, port, new PeerDoor(credentials, () => book?.HasOpenTokens(DateTimeOffset.UtcNow) ?? false, NullLogger<PeerDoor>.Instance).Configure));
        WebApplication app = builder.Build();
        DoorServer? server = null;
        app.Use((context, next) =>
        {
            server!.Requests++;
            return next(context);
        });
        app.Use(PeerDoor.Guard);
        app.MapGet(Routes.Host, async context => await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(PeerDoor.CallerName(context) ?? "")));
        app.MapGet(Routes.Hosts, context => ApiCall.WriteAsync(context, new HostList(Samples.Host(credentials.Name), []), ProtocolJson.Default.HostList));
        if (book is not null)
        {
            new TrustApi(credentials, book, TimeProvider.System, NullLogger<TrustApi>.Instance).Map(app);
        }
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server = new(app, book, new Uri(address).Authority);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _book?.Dispose();
    }
}
