using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;

namespace Yadokari.Rpc.Server;

/// <summary>Asks the clients of SignalR hubs to connect again when the service is about to move. A cut connection would do as
/// well, but later, and clients would take it for an error.</summary>
internal sealed class MovingHubs(ServiceLife life) : IHubFilter
{
    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        if (context.Context.Features.Get<IConnectionLifetimeNotificationFeature>() is { } connection)
        {
            // Sends the hub protocol's Close with allowReconnect.
            CancellationTokenRegistration told = life.Streaming.Moving.Register(connection.RequestClose);
            context.Context.ConnectionAborted.Register(() => told.Unregister());
        }
        await next(context).ConfigureAwait(false);
    }
}
