using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Yadokari.Rpc.Server.Replies;
using Yadokari.Rpc.State;

namespace Yadokari.Rpc.Server;

/// <summary>Makes an ASP.NET Core server movable: <c>builder.Services.AddYadokari()</c>, then <c>app.UseYadokari()</c> before
/// whatever answers calls. Started without a daemon it is an ordinary server.</summary>
public static class YadokariServer
{
    public static IServiceCollection AddYadokari(this IServiceCollection services, Action<YadokariOptions>? configure = null)
    {
        ServiceSettings? settings = ServiceSettings.FromEnvironment();
        services.AddOptions<YadokariOptions>();
        if (configure is not null)
        {
            services.Configure(configure);
        }
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<YadokariOptions>>().Value);
        services.AddSingleton(_ => new ServiceLife(settings));
        services.AddCarried<ReplyTable>();
        services.AddSingleton<StateBundle>();
        services.AddSingleton<SelfCalls>();
        services.AddSingleton<Forwarder>();
        services.AddSingleton<MovingHubs>();
        services.Configure<HubOptions>(hubs => hubs.AddFilter<MovingHubs>());
        if (settings is not null)
        {
            services.AddHostedService<ControlServer>();
            services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = BindShared);
            services.Configure<KestrelServerOptions>(kestrel =>
            {
                kestrel.Listen(settings.Listen, listen => listen.Protocols = HttpProtocols.Http1);
                kestrel.Listen(settings.ListenHttp2, listen => listen.Protocols = HttpProtocols.Http2);
            });
        }
        return services;
    }

    public static IApplicationBuilder UseYadokari(this IApplicationBuilder app) => app.UseMiddleware<MovableCalls>();

    /// <summary>Whether this instance was started to take a service over. Its carried state comes from the instance that serves, so
    /// whatever is only read to make that state need not be read: a dictionary's file, a cache.</summary>
    /// <returns>False where the service begins, and in a server without a daemon.</returns>
    public static bool IsSuccessor(this IServiceProvider services) => services.GetRequiredService<ServiceLife>().Settings?.HeldFor is not null;

    /// <summary>An instance that comes back to a host shares the port with the one that still tells where the service went.</summary>
    private static Socket BindShared(EndPoint end)
    {
        if (end is not IPEndPoint)
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(end);
        }
        const int levelSocket = 1;
        const int reusePort = 15; // SO_REUSEPORT, socket(7)
        Socket socket = new(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.SetRawSocketOption(levelSocket, reusePort, BitConverter.GetBytes(1));
            socket.Bind(end);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
