using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Trust;

/// <summary>
/// The daemon's door for other hosts when it belongs to a cluster: mutual TLS. A caller without a certificate of the
/// cluster fails in the handshake and reaches no code behind it; except, while a token is out, a caller that asks for
/// <see cref="JoinName"/>: it reaches the two routes of joining and nothing else.
/// </summary>
public sealed partial class PeerDoor(HostCredentials credentials, Func<bool> joiningIsOpen, ILogger<PeerDoor> logger)
{
    /// <summary>Asked for by a host that has no certificate yet (TLS server name).</summary>
    public const string JoinName = "join.yadokari.invalid";

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    public void Configure(ListenOptions options) => options.UseHttps(new TlsHandshakeCallbackOptions
    {
        HandshakeTimeout = HandshakeTimeout,
        OnConnection = context =>
        {
            EndPoint? caller = context.Connection.RemoteEndPoint;
            bool joining = context.ClientHelloInfo.ServerName == JoinName;
            if (joining && joiningIsOpen())
            {
                return ValueTask.FromResult(credentials.ForStrangers());
            }
            if (joining)
            {
                LogShut(logger, caller);
            }
            return ValueTask.FromResult(credentials.ForCallers(reason => LogRefused(logger, caller, reason)));
        },
    });

    /// <summary>Before any route: who came to join may only join.</summary>
    public static Task Guard(HttpContext context, RequestDelegate next)
    {
        bool joining = context.Features.Get<ITlsHandshakeFeature>()?.HostName == JoinName;
        if (joining && context.Request.Path != Routes.ClusterAuthority && context.Request.Path != Routes.ClusterJoin)
        {
            context.Abort();
            return Task.CompletedTask;
        }
        return next(context);
    }

    /// <summary>The host that its certificate names; null for a caller without one.</summary>
    public static string? CallerName(HttpContext context) =>
        context.Connection.ClientCertificate is X509Certificate2 certificate ? CertificateCheck.NameOf(certificate) : null;

    /// <summary>A host speaks for itself only; a program on this machine, by the unix socket, for the daemon's user.</summary>
    /// <param name="host">Null: whatever is asked belongs to none.</param>
    /// <exception cref="YadoException">The caller is another host; exit status 5.</exception>
    public static void Require(HttpContext context, string? host)
    {
        if (host is not null && CallerName(context) is { } caller && caller != host)
        {
            throw new YadoException(YadoError.Refused, $"host '{caller}' may not act for host '{host}'");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Caller} wanted to join, but no token is out: all are used or expired")]
    private static partial void LogShut(ILogger logger, EndPoint? caller);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Caller} was refused: its certificate {Reason}")]
    private static partial void LogRefused(ILogger logger, EndPoint? caller, string reason);
}
