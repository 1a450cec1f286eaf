namespace Yadokari.Web;

/// <summary>How the page is served.</summary>
/// <param name="Socket">The unix socket of the daemon whose cluster it shows.</param>
/// <param name="Port">Of 127.0.0.1; 0: any free one.</param>
/// <param name="LeaveAfter">It ends when no browser has watched for so long.</param>
public sealed record WebOptions(string Socket, int Port, TimeSpan LeaveAfter)
{
    /// <summary>Told the address with its token, once it is served.</summary>
    public Action<string>? OnReady { get; init; }
}
