using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Web.Acting;
using Yadokari.Web.Entry;
using Yadokari.Web.Watching;

namespace Yadokari.Web;

/// <summary>
/// Serves the page on 127.0.0.1 for the user that runs it. It speaks with the daemon by its unix socket, as any command does: the
/// daemon knows nothing of it. Ends when nobody has watched for a while.
/// </summary>
public static class WebServer
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs until it is left or cancelled.</summary>
    /// <returns>False when it was cancelled.</returns>
    /// <exception cref="YadoException">The port can't be had.</exception>
    public static async Task<bool> RunAsync(WebOptions options, CancellationToken cancellation)
    {
        using YadoClient daemon = YadoClient.ForSocket(options.Socket);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Session session = new();
        ClusterWatch watch = new(daemon, TimeProvider.System);

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "yado-web", ContentRootPath = "/" });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 << 10;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        await using WebApplication app = builder.Build();
        app.Use(next => context => new PageGuard(session).Guard(context, next));
        app.UseRouting();
        PageFiles.Map(app);
        new PageApi(daemon, watch, stop.Token).Map(app);
        await StartAsync(app, options.Port).ConfigureAwait(false);

        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        options.OnReady?.Invoke($"{address}/?token={session.Token}");
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

    private static async Task StartAsync(WebApplication app, int port)
    {
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            throw new YadoException(YadoError.Failed, $"cannot listen on 127.0.0.1:{port}: {failure.InnerException?.Message ?? failure.Message}; choose another with --port", failure);
        }
    }
}
