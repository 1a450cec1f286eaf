using System.Globalization;
using System.Net;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Server;

/// <summary>What the daemon that started this instance told it by its environment.</summary>
/// <param name="Own">Where it serves once it is active.</param>
/// <param name="HeldFor">Where the service is as long as this instance is held; null: it serves from the start.</param>
internal sealed record ServiceSettings(string ControlPath, ServicePlace Own, IPEndPoint Listen, IPEndPoint ListenHttp2, ServicePlace? HeldFor, string ServedMark)
{
    /// <summary>Null when no daemon started this program: it is an ordinary server then.</summary>
    /// <exception cref="InvalidOperationException">The environment is not one that a daemon makes.</exception>
    public static ServiceSettings? FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable(ServiceVariables.Service) is not { Length: > 0 } name)
        {
            return null;
        }
        string listen = Need(ServiceVariables.Listen);
        string listenHttp2 = Need(ServiceVariables.ListenHttp2);
        int epoch = int.Parse(Need(ServiceVariables.Epoch), CultureInfo.InvariantCulture);
        ServicePlace? heldFor = Environment.GetEnvironmentVariable(ServiceVariables.HeldFor) is { Length: > 0 } place
            ? new ServicePlace(name, "", place, Need(ServiceVariables.HeldForHttp2), epoch - 1)
            : null;
        return new ServiceSettings(
            Need(ServiceVariables.Control), new ServicePlace(name, "", listen, listenHttp2, epoch),
            IPEndPoint.Parse(listen), IPEndPoint.Parse(listenHttp2), heldFor, Need(ServiceVariables.Served));
    }

    private static string Need(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"{variable} is not set although {ServiceVariables.Service} is: start the service with 'yado run --service'");
}
