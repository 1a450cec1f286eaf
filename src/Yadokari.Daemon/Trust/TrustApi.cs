using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Api;
using Yadokari.Protocol;
using Yadokari.Protocol.Cluster;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Trust;

/// <summary>Routes of the host with the authority: certificates for hosts that join, and renewals.</summary>
public sealed partial class TrustApi(HostCredentials credentials, AuthorityBook book, TimeProvider clock, ILogger<TrustApi> logger)
{
    private const int MaxAddresses = 64;
    private const int MaxRequestCharacters = 16_384;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.ClusterAuthority, ApiCall.Handler(logger, context => ApiCall.WriteAsync(
            context, new AuthorityInfo(credentials.Authority.ExportCertificatePem()), ProtocolJson.Default.AuthorityInfo)));
        routes.MapPost(Routes.ClusterJoin, ApiCall.Handler(logger, JoinAsync));
        routes.MapPost(Routes.ClusterRenew, ApiCall.Handler(logger, RenewAsync));
    }

    private async Task JoinAsync(HttpContext context)
    {
        JoinCluster join = await ApiCall.ReadAsync(context, ProtocolJson.Default.JoinCluster).ConfigureAwait(false);
        if (join.Secret.Length > Limits.MaxNameLength || join.Request.Length > MaxRequestCharacters || join.Addresses.Count > MaxAddresses)
        {
            throw new YadoException(YadoError.WrongUsage, "the request to join is too large");
        }
        List<IPAddress> addresses = [.. join.Addresses.Select(Parse).Distinct()];
        DateTimeOffset now = clock.GetUtcNow();
        string? replaces;
        try
        {
            replaces = book.CheckToken(join.Secret, now);
        }
        catch (YadoException failure)
        {
            LogJoinRefused(logger, context.Connection.RemoteIpAddress, Bounds.Shorten(join.Name), failure.Message);
            throw;
        }
        book.CheckFree(join.Name, addresses, replaces, now);
        using CertificateAuthority authority = CertificateAuthority.Load(credentials.Files);
        using X509Certificate2 certificate = authority.Issue(join.Request, join.Name, addresses, now);
        book.UseToken(join.Secret, now);
        book.AddIssued(certificate);
        LogJoined(logger, join.Name, string.Join(' ', addresses));
        await AnswerAsync(context, certificate).ConfigureAwait(false);
    }

    private async Task RenewAsync(HttpContext context)
    {
        RenewCertificate renew = await ApiCall.ReadAsync(context, ProtocolJson.Default.RenewCertificate).ConfigureAwait(false);
        if (context.Connection.ClientCertificate is not { } present || renew.Request.Length > MaxRequestCharacters)
        {
            throw new YadoException(YadoError.Refused, "only a host of the cluster may renew its certificate");
        }
        using CertificateAuthority authority = CertificateAuthority.Load(credentials.Files);
        using X509Certificate2 certificate = authority.Issue(
            renew.Request, CertificateCheck.NameOf(present), CertificateCheck.Addresses(present), clock.GetUtcNow());
        book.AddIssued(certificate);
        LogRenewed(logger, CertificateCheck.NameOf(present));
        await AnswerAsync(context, certificate).ConfigureAwait(false);
    }

    private Task AnswerAsync(HttpContext context, X509Certificate2 certificate) => ApiCall.WriteAsync(
        context, new CertificateInfo(certificate.ExportCertificatePem(), credentials.Authority.ExportCertificatePem()), ProtocolJson.Default.CertificateInfo);

    private static IPAddress Parse(string text) => IPAddress.TryParse(text, out IPAddress? address)
        ? address
        : throw new YadoException(YadoError.WrongUsage, $"'{Bounds.Shorten(text)}' is not an address");

    [LoggerMessage(Level = LogLevel.Information, Message = "host {Name} joined the cluster with addresses {Addresses}")]
    private static partial void LogJoined(ILogger logger, string name, string addresses);

    [LoggerMessage(Level = LogLevel.Information, Message = "the certificate of host {Name} was renewed")]
    private static partial void LogRenewed(ILogger logger, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Caller} wanted to join as '{Name}' and was refused: {Reason}")]
    private static partial void LogJoinRefused(ILogger logger, IPAddress? caller, string name, string reason);
}
