using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Trust;

/// <summary>All that a daemon has to do with certificates, put together: none of it when its host belongs to no cluster.</summary>
public sealed partial class HostTrust : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromHours(1);

    private readonly HostCredentials? _credentials;
    private readonly AuthorityBook? _book;
    private readonly RequestLimiter _limiter = new();
    private ILogger<HostTrust>? _logger;

    private HostTrust(HostCredentials? credentials)
    {
        _credentials = credentials;
        _book = credentials is { Files.HasAuthority: true } ? AuthorityBook.Open(credentials.Files) : null;
    }

    /// <summary>Other hosts are spoken to by mutual TLS only.</summary>
    public bool IsSecured => _credentials is not null;

    /// <summary>Reads what the home holds, and makes it what this process's connections to other hosts use.</summary>
    /// <exception cref="YadoException">It holds a certificate that can't be used.</exception>
    public static HostTrust Load(HomeDirectory home)
    {
        HostCredentials? credentials = HostCredentials.Load(home);
        ApiConnection.DefaultSecurity = credentials;
        return new(credentials);
    }

    /// <summary>The host's name: what was said, which must be what the certificate says; else the certificate's, else the machine's.</summary>
    /// <exception cref="YadoException">They differ; exit status 2.</exception>
    public string NameFor(string? said)
    {
        if (_credentials is null)
        {
            return said ?? Environment.MachineName;
        }
        return said is null || said == _credentials.Name
            ? _credentials.Name
            : throw new YadoException(YadoError.WrongUsage, $"this host's certificate is for the name '{_credentials.Name}', not '{said}': use that --name, or join the cluster anew");
    }

    /// <summary>Makes a listening end speak mutual TLS.</summary>
    public void Secure(ListenOptions options, IServiceProvider services)
    {
        if (_credentials is not null)
        {
            new PeerDoor(
                _credentials, () => _book?.HasOpenTokens(DateTimeOffset.UtcNow) ?? false,
                services.GetRequiredService<ILoggerFactory>().CreateLogger<PeerDoor>()).Configure(options);
        }
    }

    /// <summary>Version of the list of revoked certificates; 0 without one.</summary>
    public long RevokedVersion => _credentials?.Revocations.List.Version ?? 0;

    /// <summary>Keeps this host's list of revoked certificates and those of the others the newest there is.</summary>
    /// <param name="places">The hosts that are known now.</param>
    public Task SpreadAsync(Func<IReadOnlyList<HostPlace>> places, ILoggerFactory loggers, CancellationToken stopping) => _credentials is null
        ? Task.CompletedTask
        : new RevocationSpread(_credentials.Revocations, places, loggers.CreateLogger<RevocationSpread>()).RunAsync(stopping);

    /// <summary>Puts what guards the routes before them, and adds the cluster's own.</summary>
    public void Use(WebApplication app, Doors doors, Acceptance acceptance, ILoggerFactory loggers)
    {
        app.Use(Doors.Guard);
        _logger = loggers.CreateLogger<HostTrust>();
        app.Use(BrowserGuard.Guard);
        app.Use(PeerDoor.Guard);
        app.Use(RefuseRevoked);
        app.Use(_limiter.Guard);
        app.Use(acceptance.Guard);
        if (_credentials is not null)
        {
            new RevocationApi(_credentials.Revocations, loggers.CreateLogger<RevocationApi>()).Map(app);
            _credentials.Revocations.Changed += _ => doors.Peers.End(p => p.Serial is { } serial && _credentials.Revocations.Find(serial) is not null);
        }
        if (_credentials is not null && _book is not null)
        {
            new TrustApi(_credentials, _book, TimeProvider.System, loggers.CreateLogger<TrustApi>()).Map(app);
        }
    }

    /// <summary>A connection from before may still be open.</summary>
    private Task RefuseRevoked(HttpContext context, RequestDelegate next)
    {
        if (context.Connection.ClientCertificate is { } certificate && _credentials?.ExplainRevoked(certificate) is not null)
        {
            context.Abort();
            return Task.CompletedTask;
        }
        return next(context);
    }

    /// <summary>Renews the certificate when two thirds of its time are over.</summary>
    public async Task RenewAsync(CancellationToken stopping)
    {
        while (_credentials is not null && !stopping.IsCancellationRequested)
        {
            DateTimeOffset now = DateTimeOffset.UtcNow;
            if (_credentials.Certificate.NotAfter - now.LocalDateTime < CertificateAuthority.HostValidity / 3)
            {
                try
                {
                    await ClusterTrust.RenewAsync(_credentials, now, stopping).ConfigureAwait(false);
                    LogRenewed(_logger!, _credentials.Certificate.NotAfter);
                }
                catch (Exception failure) when (failure is YadoException or IOException)
                {
                    LogNotRenewed(_logger!, _credentials.Certificate.NotAfter, failure.Message);
                }
            }
            await Task.Delay(LookInterval, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        _book?.Dispose();
        _limiter.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "this host's certificate was renewed: it ends {Until}")]
    private static partial void LogRenewed(ILogger logger, DateTime until);

    [LoggerMessage(Level = LogLevel.Warning, Message = "this host's certificate ends {Until} and could not be renewed: {Reason}")]
    private static partial void LogNotRenewed(ILogger logger, DateTime until, string reason);
}
