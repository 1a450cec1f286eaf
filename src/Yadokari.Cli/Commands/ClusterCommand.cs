using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Yadokari.Cli.Cluster;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Trust;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Cluster;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado cluster</c>: certificates, by which hosts know each other.</summary>
public static class ClusterCommand
{
    private static readonly Option<string?> Name = new("--name") { Description = "Name of this host; that of the machine when left out", HelpName = "NAME" };

    private static readonly Option<string[]> Address = new("--address")
    {
        Description = "IP address where other hosts reach this one; may be given several times",
        HelpName = "ADDRESS",
    };

    public static Command Create()
    {
        Command cluster = new("cluster", "Certificates, by which hosts know each other") { Init(), Token(), Join(), Give(), Renew(), Revoke(), Status() };
        HelpWithExamples.SetText(cluster,
            """
            Hosts talk to each other by mutual TLS only. One host makes the cluster and its certificates; each other host
            joins once, with a token that works once. Without a certificate a daemon's only door is its unix socket.

            Examples:
              hostA$ yado cluster init
              hostA$ yado host --listen 10.0.0.1:1991 &
              hostA$ yado cluster token                         prints what to type on hostB
              hostB$ yado cluster join 10.0.0.1:1991 TOKEN
              hostB$ yado host --listen 10.0.0.2:1991 --peer 10.0.0.1:1991 &
            """);
        return cluster;
    }

    private static Command Init()
    {
        Command init = new("init", "Make a cluster on this host, and this host's certificate") { Name, Address };
        init.SetAction(parsed =>
        {
            IReadOnlyList<IPAddress> addresses = Addresses(parsed);
            string name = NameOf(parsed);
            ClusterTrust.Init(HomeDirectory.Default(), name, addresses.Count > 0 ? addresses : ClusterTrust.OwnAddresses(), DateTimeOffset.UtcNow);
            Console.WriteLine($"the cluster is made, and {name} is its first host; 'yado cluster token' lets the next one join");
            TellToRestart();
        });
        return init;
    }

    private static Command Token()
    {
        Option<string?> replace = new("--replace") { Description = "The host that joins takes the place of this one, whose certificate is lost", HelpName = "NAME" };
        Option<int> minutes = new("--minutes") { Description = "How long it is good for; 60 when left out", DefaultValueFactory = _ => 60, HelpName = "N" };
        minutes.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 10_080)
            {
                result.AddError("the minutes must be 1 to 10080");
            }
        });
        Command token = new("token", "Make a token with which one host can join") { replace, minutes };
        token.SetAction(parsed =>
        {
            JoinToken made = ClusterTrust.MakeToken(HomeDirectory.Default(), parsed.GetValue(replace), DateTimeOffset.UtcNow.AddMinutes(parsed.GetValue(minutes)));
            Console.WriteLine(made);
            Console.Error.WriteLine($"on the other host: yado cluster join THIS-HOST:{Limits.Port} {made}");
        });
        return token;
    }

    private static Command Join()
    {
        Argument<string> at = new("ADDRESS") { Description = "ADDRESS:PORT of the host that made the cluster" };
        Argument<string> token = new("TOKEN") { Description = "What 'yado cluster token' printed there" };
        Command join = new("join", "Let this host join a cluster") { at, token, Name, Address };
        join.SetAction(async (parsed, cancel) =>
        {
            string name = NameOf(parsed);
            await ClusterTrust.JoinAsync(
                HomeDirectory.Default(), parsed.GetRequiredValue(at), JoinToken.Parse(parsed.GetRequiredValue(token)), name, Addresses(parsed), cancel);
            Console.WriteLine($"{name} belongs to the cluster");
            TellToRestart();
        });
        return join;
    }

    private static Command Give()
    {
        Option<string> home = new("--home") { Description = "YADO_HOME of the other daemon", HelpName = "DIRECTORY", Required = true };
        Option<string> name = new("--name") { Description = "Name of the host that it is", HelpName = "NAME", Required = true };
        Option<string?> renewal = new("--authority") { Description = "Where this host's daemon listens, to renew the certificate", HelpName = "ADDRESS:PORT" };
        Command give = new("give", "Give another home on this machine its certificate, without a token") { home, name, Address, renewal };
        give.SetAction(parsed =>
        {
            string host = parsed.GetRequiredValue(name);
            if (!Limits.IsName(host))
            {
                throw new CommandFailure(ExitStatus.WrongUsage, $"'{host}' is no name for a host");
            }

            IReadOnlyList<IPAddress> addresses = Addresses(parsed);
            ClusterTrust.Give(
                HomeDirectory.Default(),
                [new NewHost(new HomeDirectory(Path.GetFullPath(parsed.GetRequiredValue(home))), host, addresses.Count > 0 ? addresses : ClusterTrust.OwnAddresses())],
                parsed.GetValue(renewal) ?? $"127.0.0.1:{Limits.Port}", DateTimeOffset.UtcNow);
            Console.WriteLine($"{host} belongs to the cluster");
        });
        return give;
    }

    private static Command Renew()
    {
        Command renew = new("renew", "Renew this host's certificate now; its daemon does so by itself in time");
        renew.SetAction(async (_, cancel) =>
        {
            HostCredentials credentials = Credentials();
            await ClusterTrust.RenewAsync(credentials, DateTimeOffset.UtcNow, cancel);
            Console.WriteLine($"renewed: it ends {credentials.Certificate.NotAfter:yyyy-MM-dd}");
        });
        return renew;
    }

    private static Command Revoke()
    {
        Argument<string> host = new("HOST") { Description = "Its name: all its certificates; or the fingerprint of one" };
        Command revoke = new("revoke", "Shut a host out: no host of the cluster believes its certificates any more") { host };
        revoke.SetAction(async (parsed, cancel) =>
        {
            RevocationList list = ClusterTrust.Revoke(HomeDirectory.Default(), parsed.GetRequiredValue(host), DateTimeOffset.UtcNow);
            using YadoClient daemon = await LocalDaemon.ConnectAsync(cancel);
            await daemon.TellRevokedAsync(list, cancel);
            Stopwatch waited = Stopwatch.StartNew();
            PeerInfo[] behind;
            do
            {
                await Task.Delay(100, cancel);
                behind = [.. (await daemon.GetHostsAsync(cancel)).Peers.Where(p => !(p.Host?.RevokedVersion >= list.Version))];
            }
            while (behind.Any(p => p.Host is not null) && waited.Elapsed < TimeSpan.FromSeconds(10));
            string others = behind.Length == 0
                ? "every host that this one knows knows it"
                : $"not told yet, since they don't answer or are shut out: {string.Join(' ', behind.Select(p => p.Name ?? p.Address))}";
            Console.WriteLine($"{list.Entries[^1].Name} is revoked (list {list.Version}); {others}");
        });
        return revoke;
    }

    private static Command Status()
    {
        Option<bool> json = CommonOptions.Json();
        Command status = new("status", "Tell what this host's certificate says, and which ones are revoked") { json };
        status.SetAction(parsed =>
        {
            ClusterStatus now = ClusterStatus.Of(Credentials());
            if (parsed.GetValue(json))
            {
                Output.Json(JsonSerializer.Serialize(now, CliJson.Default.ClusterStatus));
                return;
            }

            Output.WriteFacts(
            [
                ("name", now.Name),
                ("addresses", string.Join(' ', now.Addresses)),
                ("ends", now.Ends.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC"),
                ("cluster", now.Cluster),
                ("authority", now.Authority),
                ("certificate", now.Certificate),
                ("revoked", now.Revoked.Count == 0 ? "none" : $"{now.Revoked.Count} (list {now.RevokedVersion})"),
                .. now.Revoked.Select(entry => ("", $"{entry.Name}, certificate {entry.Serial}, since {entry.Revoked.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC")),
            ]);
        });
        return status;
    }

    private static HostCredentials Credentials() => HostCredentials.Load(HomeDirectory.Default())
        ?? throw new CommandFailure(ExitStatus.NotFound, "this host belongs to no cluster: 'yado cluster init' makes one, 'yado cluster join' joins one");

    private static string NameOf(ParseResult parsed)
    {
        string name = parsed.GetValue(Name) ?? Environment.MachineName;
        return Limits.IsName(name) ? name : throw new CommandFailure(ExitStatus.WrongUsage, $"'{name}' is no name for a host: give one with --name");
    }

    private static IReadOnlyList<IPAddress> Addresses(ParseResult parsed) =>
    [
        .. (parsed.GetValue(Address) ?? []).Select(text => IPAddress.TryParse(text, out IPAddress? address)
            ? address
            : throw new CommandFailure(ExitStatus.WrongUsage, $"'{text}' is not an IP address; give it without a port")),
    ];

    private static void TellToRestart()
    {
        if (File.Exists(HomeDirectory.Default().Socket))
        {
            Console.WriteLine("the daemon that runs here has no certificate yet: 'yado host restart' gives it this one (its jobs run on)");
        }
    }
}
