using Yadokari.Web.Entry;

namespace Yadokari.Web;

/// <summary>How the page is served.</summary>
/// <param name="Socket">The unix socket of the daemon whose cluster it shows.</param>
/// <param name="Port">Of 127.0.0.1, where <see cref="Secured"/> says nothing else; 0: any free one.</param>
/// <param name="LeaveAfter">It ends when no browser has watched for so long.</param>
public sealed record WebOptions(string Socket, int Port, TimeSpan LeaveAfter)
{
    /// <summary>As what a proxy serves it, of <see cref="PageOrigins.ParseOutside"/>; null: there is none.</summary>
    public string? Behind { get; init; }

    /// <summary>Where it is served by HTTPS; null: by HTTP on 127.0.0.1 only.</summary>
    public SecuredEnd? Secured { get; init; }

    /// <summary>Told the address with its token, once it is served.</summary>
    public Action<string>? OnReady { get; init; }
}
