using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Yadokari.Daemon.Hosting;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Cluster;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Trust;

/// <summary>What an administrator does: makes a cluster, lets a host join, renews a certificate.</summary>
public static class ClusterTrust
{
    /// <summary>Makes a cluster whose authority is this host, and this host's certificate.</summary>
    /// <exception cref="YadoException">This host belongs to a cluster already.</exception>
    public static void Init(HomeDirectory home, string name, IReadOnlyList<IPAddress> addresses, DateTimeOffset now)
    {
        home.Create();
        TrustFiles files = RequireNone(home);
        using CertificateAuthority authority = CertificateAuthority.Create(files, now);
        using AuthorityBook book = AuthorityBook.Open(files);
        Give(authority, book, files, name, addresses, null, now);
    }

    /// <summary>Gives other homes on this machine their certificates without tokens: whoever can read the authority's key needs none.</summary>
    /// <param name="authorityAddress">ADDR:PORT where they renew them.</param>
    /// <exception cref="YadoException">A home belongs to a cluster already, or another host has that name or address.</exception>
    public static void Give(HomeDirectory authorityHome, IReadOnlyList<NewHost> hosts, string authorityAddress, DateTimeOffset now)
    {
        TrustFiles source = TrustFiles.Of(authorityHome);
        using CertificateAuthority authority = CertificateAuthority.Load(source);
        using AuthorityBook book = AuthorityBook.Open(source);
        foreach (NewHost host in hosts)
        {
            // Daemons of one machine share its address; it is the name that tells them apart.
            book.CheckFree(host.Name, [], null, now);
            host.Home.Create();
            Give(authority, book, RequireNone(host.Home), host.Name, host.Addresses, authorityAddress, now);
        }
    }

    /// <summary>Makes a token with which one host can join until <paramref name="expires"/>.</summary>
    /// <exception cref="YadoException">This host has no authority.</exception>
    public static JoinToken MakeToken(HomeDirectory home, string? replaces, DateTimeOffset expires)
    {
        TrustFiles files = TrustFiles.Of(home);
        using CertificateAuthority authority = CertificateAuthority.Load(files);
        using AuthorityBook book = AuthorityBook.Open(files);
        JoinToken token = JoinToken.Draw(CertificateCheck.Fingerprint(authority.Certificate));
        book.AddToken(token, expires, replaces);
        return token;
    }

    /// <summary>Lets this host join: draws its key here, shows the secret only to who has the authority's certificate.</summary>
    /// <param name="address">ADDR:PORT of the host with the authority.</param>
    /// <param name="addresses">This host's; none: the one from which it reaches the authority.</param>
    /// <exception cref="YadoException">One line says what is wrong; nothing was written.</exception>
    public static async Task JoinAsync(
        HomeDirectory home, string address, JoinToken token, string name, IReadOnlyList<IPAddress> addresses, CancellationToken cancellation)
    {
        home.Create();
        TrustFiles files = RequireNone(home);
        IPEndPoint to = ApiConnection.ParseAddress(address);
        AuthorityInfo info;
        using (ApiConnection unknown = ApiConnection.ToAddress(address, new JoiningLink(null)))
        {
            info = await AskAsync(unknown, () => unknown.GetAsync(Routes.ClusterAuthority, ProtocolJson.Default.AuthorityInfo, cancellation)).ConfigureAwait(false);
        }
        using X509Certificate2 authority = Read(info.Certificate, to);
        if (CertificateCheck.Fingerprint(authority) != token.Fingerprint)
        {
            throw new YadoException(YadoError.Refused, $"{to} is of another cluster than the token: check the address, or make a token there");
        }
        using HostKey key = new();
        using ApiConnection known = ApiConnection.ToAddress(address, new JoiningLink(authority));
        IReadOnlyList<IPAddress> own = addresses.Count > 0 ? addresses : [SourceTowards(to)];
        JoinCluster join = new(token.Secret, key.Request(name), name, [.. WithLoopback(own).Select(a => a.ToString())]);
        CertificateInfo answer = await AskAsync(known, () => known.PostAsync(
            Routes.ClusterJoin, join, ProtocolJson.Default.JoinCluster, ProtocolJson.Default.CertificateInfo, cancellation)).ConfigureAwait(false);
        using X509Certificate2 certificate = Read(answer.Certificate, to);
        if (CertificateCheck.Explain(certificate, authority, DateTimeOffset.UtcNow, null) is { } wrong)
        {
            throw new YadoException(YadoError.Failed, $"the certificate that {to} gave {wrong}");
        }
        key.Save(files, info.Certificate, answer.Certificate, to.ToString());
    }

    /// <summary>Replaces this host's certificate by one that ends later, with a new key.</summary>
    /// <exception cref="YadoException">The authority does not answer or refuses; the old certificate stays.</exception>
    public static async Task RenewAsync(HostCredentials credentials, DateTimeOffset now, CancellationToken cancellation)
    {
        TrustFiles files = credentials.Files;
        X509Certificate2 present = credentials.Certificate;
        if (files.HasAuthority)
        {
            using CertificateAuthority authority = CertificateAuthority.Load(files);
            using AuthorityBook book = AuthorityBook.Open(files);
            Give(authority, book, files, CertificateCheck.NameOf(present), CertificateCheck.Addresses(present), null, now);
            return;
        }
        string address = TrustFiles.Read(files.AuthorityAddress, isKey: false).Trim();
        using HostKey key = new();
        using ApiConnection api = ApiConnection.ToAddress(address, credentials);
        CertificateInfo answer = await api.PostAsync(
            Routes.ClusterRenew, new RenewCertificate(key.Request(credentials.Name)), ProtocolJson.Default.RenewCertificate,
            ProtocolJson.Default.CertificateInfo, cancellation).ConfigureAwait(false);
        using X509Certificate2 certificate = Read(answer.Certificate, ApiConnection.ParseAddress(address));
        if (CertificateCheck.Explain(certificate, credentials.Authority, now, null) is { } wrong)
        {
            throw new YadoException(YadoError.Failed, $"the certificate that {address} gave {wrong}");
        }
        key.Save(files, credentials.Authority.ExportCertificatePem(), answer.Certificate, null);
    }

    /// <summary>Takes the cluster's belief from a host, or from one certificate: the list of revoked certificates gets a new
    /// version, which the daemon of this host spreads.</summary>
    /// <param name="host">Its name: all certificates that it has; or the fingerprint or serial number of one.</param>
    /// <exception cref="YadoException">This host has no authority; no such certificate (exit status 4); it is the authority's own.</exception>
    public static RevocationList Revoke(HomeDirectory home, string host, DateTimeOffset now)
    {
        TrustFiles files = TrustFiles.Of(home);
        using CertificateAuthority authority = CertificateAuthority.Load(files);
        using AuthorityBook book = AuthorityBook.Open(files);
        RevocationList present = new Revocations(files, authority.Certificate).List;
        HashSet<string> known = [.. present.Entries.Select(e => e.Serial)];
        IReadOnlyList<RevokedCertificate> fresh = [.. book.FindIssued(host, now).Where(e => !known.Contains(e.Serial))];
        if (fresh.Count == 0)
        {
            throw new YadoException(YadoError.NotFound, $"no certificate of '{(Limits.IsName(host) ? host : "?")}' is out: 'yado cluster status' lists what is revoked; give a host's name, or a certificate's fingerprint");
        }
        if (HostCredentials.Load(home) is { } own && fresh.Any(e => e.Name == own.Name))
        {
            throw new YadoException(YadoError.WrongUsage, $"'{own.Name}' is this host, which makes the cluster's certificates: it cannot be revoked; make a new cluster");
        }
        // What would have ended by now, whatever the clocks say, needs no entry.
        IEnumerable<RevokedCertificate> kept = present.Entries.Where(e => e.Expires + CertificateCheck.Skew > now);
        RevocationList list = RevocationSignature.Sign(authority, present.Version + 1, [.. kept, .. fresh]);
        if (list.Entries.Count > RevocationSignature.MaxEntries)
        {
            throw new YadoException(YadoError.Failed, $"more than {RevocationSignature.MaxEntries} certificates are revoked: make a new cluster");
        }
        Revocations.Write(files, list);
        foreach (RevokedCertificate entry in fresh)
        {
            book.MarkRevoked(entry);
        }
        return list;
    }

    /// <summary>This machine's addresses on networks that lead elsewhere; all but loopback when none does.</summary>
    public static IReadOnlyList<IPAddress> OwnAddresses()
    {
        List<IPInterfaceProperties> up =
        [
            .. NetworkInterface.GetAllNetworkInterfaces()
                .Where(i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .Select(i => i.GetIPProperties()),
        ];
        List<IPInterfaceProperties> leading = up.FindAll(i => i.GatewayAddresses.Count > 0);
        return [.. (leading.Count > 0 ? leading : up).SelectMany(i => i.UnicastAddresses).Select(a => a.Address).Where(a => !a.IsIPv6LinkLocal)];
    }

    private static void Give(
        CertificateAuthority authority, AuthorityBook book, TrustFiles files, string name, IReadOnlyList<IPAddress> addresses, string? authorityAddress, DateTimeOffset now)
    {
        using HostKey key = new();
        using X509Certificate2 certificate = authority.Issue(key.Request(name), name, WithLoopback(addresses), now);
        book.AddIssued(certificate);
        key.Save(files, authority.Certificate.ExportCertificatePem(), certificate.ExportCertificatePem(), authorityAddress);
    }

    /// <summary>Several daemons of one machine may talk by 127.0.0.1.</summary>
    private static IReadOnlyList<IPAddress> WithLoopback(IReadOnlyList<IPAddress> addresses) => [.. addresses.Append(IPAddress.Loopback).Append(IPAddress.IPv6Loopback).Distinct()];

    private static TrustFiles RequireNone(HomeDirectory home)
    {
        TrustFiles files = TrustFiles.Of(home);
        return files.Exist || files.HasAuthority
            ? throw new YadoException(YadoError.Failed, $"this host belongs to a cluster already: 'yado cluster status' tells; remove {files.Directory} to leave it")
            : files;
    }

    private static IPAddress SourceTowards(IPEndPoint to)
    {
        // Connecting a datagram socket sends nothing: the kernel only chooses the route (udp(7)).
        using Socket probe = new(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        probe.Connect(to);
        return ((IPEndPoint)probe.LocalEndPoint!).Address;
    }

    private static X509Certificate2 Read(string pem, IPEndPoint from)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new YadoException(YadoError.Failed, $"{from} gave something that is no certificate", failure);
        }
    }

    /// <summary>A door that is shut shows as a broken connection.</summary>
    private static async Task<T> AskAsync<T>(ApiConnection api, Func<Task<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (YadoException failure) when (failure.Broken)
        {
            throw new YadoException(
                YadoError.Refused, $"{api.Place} lets no host join now: its tokens are used or expired, or it belongs to no cluster; 'yado cluster token' there makes one", failure);
        }
    }
}
