using System.Net;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Cluster;

/// <summary>What <c>yado host --cluster</c> says: which store the hosts of a cluster agree by.</summary>
public static class ClusterAddress
{
    private const string Etcd = "etcd://";
    private const string Sqlite = "sqlite://";

    /// <summary>Says that a host belongs to none any more.</summary>
    public const string None = "none";

    private const int EtcdPort = 2379;
    private const int MaxMembers = 16;

    /// <summary>Opens the store; null for <see cref="None"/>. etcd need not answer yet.</summary>
    /// <exception cref="YadoException">Not such an address; exit status 2. Or the file can't be used; 1.</exception>
    public static ICoordinationStore? Open(string text)
    {
        if (text == None)
        {
            return null;
        }
        if (text.StartsWith(Etcd, StringComparison.Ordinal) && text[Etcd.Length..].Split(',') is { Length: <= MaxMembers } members)
        {
            return new EtcdStore([.. members.Select(ParseEnd)]);
        }
        if (text.StartsWith(Sqlite + "/", StringComparison.Ordinal))
        {
            return SqliteStore.Open(text[Sqlite.Length..]);
        }
        throw new YadoException(YadoError.WrongUsage, $"'{Api.Bounds.Shorten(text)}' is not a cluster: give etcd://ADDR:PORT[,ADDR:PORT…], sqlite:///PATH for daemons of one machine, or none");
    }

    private static IPEndPoint ParseEnd(string text) => IPEndPoint.TryParse(text, out IPEndPoint? end)
        ? end.Port == 0 ? new IPEndPoint(end.Address, EtcdPort) : end
        : ApiConnection.ParseAddress(text);
}
