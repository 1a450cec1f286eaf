using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Web.Acting;
using Yadokari.Web.Entry;
using Yadokari.Web.Watching;

namespace Yadokari.Web;

/// <summary>
/// Serves the page for the user that runs it, by HTTP on 127.0.0.1 or by HTTPS. It speaks with the daemon by its unix socket, as any
/// command does: the daemon knows nothing of it. Ends when nobody has watched for a while.
/// </summary>
public static class WebServer
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>There is no file of settings; to see one change, every directory below the content root would be watched.</summary>
    private const string NoReload = "--hostBuilder:reloadConfigOnChange=false";

    /// <summary>For a handshake, and for the head of a request.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Runs until it is left or cancelled.</summary>
    /// <returns>False when it was cancelled.</returns>
    /// <exception cref="YadoException">The port can't be had.</exception>
    public static async Task<bool> RunAsync(WebOptions options, CancellationToken cancellation)
    {
        using YadoClient daemon = YadoClient.ForSocket(options.Socket);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Session session = new();
        ClusterWatch watch = new(daemon, TimeProvider.System);
        IPEndPoint end = options.Secured?.At ?? new IPEndPoint(IPAddress.Loopback, options.Port);
        PageOrigins origins = options.Secured is { } secured
            ? PageOrigins.OfCertificate(secured.At.Address, secured.Addresses, options.Behind)
            : PageOrigins.OfLoopback(options.Behind);

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "yado-web", ContentRootPath = "/", Args = [NoReload] });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, end, options.Secured));
        await using WebApplication app = builder.Build();
        PageGuard guard = new(session, origins, watch.Expect);
        app.Use(next => context => guard.Guard(context, next));
        app.Use(PageDoor.Hold);
        app.UseRouting();
        PageFiles.Map(app);
        new PageApi(daemon, watch, stop.Token).Map(app);
        await StartAsync(app, end, options.Secured is null ? "--port" : "--listen").ConfigureAwait(false);

        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        options.OnReady?.Invoke($"{origins.Printed(new Uri(address).Port)}/?token={session.Token}");
        Task looking = watch.RunAsync(stop.Token);
        while (!cancellation.IsCancellationRequested && watch.Unwatched < options.LeaveAfter)
        {
            await Task.Delay(Look, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await stop.CancelAsync().ConfigureAwait(false);
        await looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(2));
        await app.StopAsync(patience.Token).ConfigureAwait(false);
        return !cancellation.IsCancellationRequested;
    }

    private static void Configure(KestrelServerOptions kestrel, IPEndPoint end, SecuredEnd? secured)
    {
        PageDoor door = new();
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 64 << 10;
        kestrel.Limits.RequestHeadersTimeout = Patience;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Listen(end, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => door.AdmitAsync(connection, next));
            if (secured is not null)
            {
                listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = Patience, OnConnection = _ => ValueTask.FromResult(secured.Handshake()) });
            }
        });
    }

    private static async Task StartAsync(WebApplication app, IPEndPoint end, string option)
    {
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            throw new YadoException(YadoError.Failed, $"cannot listen on {end}: {failure.InnerException?.Message ?? failure.Message}; choose another with {option}", failure);
        }
    }
}
