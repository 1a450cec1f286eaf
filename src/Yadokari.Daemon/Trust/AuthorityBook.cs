using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Data.Sqlite;
using Yadokari.Protocol.Cluster;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Trust;

/// <summary>
/// What the authority remembers: tokens (as hashes) and the certificates it gave out. In a file of its own, so that the
/// command line can write a token whether a daemon runs or not. Thread-safe.
/// </summary>
public sealed class AuthorityBook : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;

    private AuthorityBook(SqliteConnection connection) => _connection = connection;

    /// <exception cref="YadoException">It can't be opened.</exception>
    public static AuthorityBook Open(TrustFiles files)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = files.AuthorityBook, Pooling = false }.ConnectionString);
        try
        {
            connection.Open();
            AuthorityBook book = new(connection);
            book.Execute("PRAGMA busy_timeout = 5000");
            book.Execute("PRAGMA synchronous = FULL");
            book.Execute("CREATE TABLE IF NOT EXISTS tokens(hash TEXT PRIMARY KEY, expires INTEGER NOT NULL, used INTEGER, replaces TEXT)");
            book.Execute("CREATE TABLE IF NOT EXISTS issued(serial TEXT PRIMARY KEY, name TEXT NOT NULL, addresses TEXT NOT NULL, expires INTEGER NOT NULL)");
            if (book.Execute("SELECT 1 FROM pragma_table_info('issued') WHERE name = 'revoked'") is null)
            {
                book.Execute("ALTER TABLE issued ADD COLUMN revoked INTEGER");
                book.Execute("ALTER TABLE issued ADD COLUMN fingerprint TEXT");
            }
            return book;
        }
        catch (SqliteException failure)
        {
            connection.Dispose();
            throw new YadoException(YadoError.Failed, $"cannot use {files.AuthorityBook}: {failure.Message}", failure);
        }
    }

    /// <param name="replaces">Name of a host whose certificate is lost and may be given out again; null: none.</param>
    public void AddToken(JoinToken token, DateTimeOffset expires, string? replaces) => Execute(
        "INSERT INTO tokens(hash, expires, replaces) VALUES ($a, $b, $c)", JoinToken.HashOf(token.Secret), expires.ToUnixTimeSeconds(), replaces);

    /// <summary>Some token is out that was not used: the door for joining hosts is open.</summary>
    public bool HasOpenTokens(DateTimeOffset now) =>
        Execute("SELECT 1 FROM tokens WHERE used IS NULL AND expires > $a LIMIT 1", now.ToUnixTimeSeconds()) is not null;

    /// <summary>The host that a token may replace; null: none. Leaves the token as it is.</summary>
    /// <exception cref="YadoException">Unknown, used or expired; exit status 5.</exception>
    public string? CheckToken(string secret, DateTimeOffset now)
    {
        string hash = JoinToken.HashOf(secret);
        lock (_lock)
        {
            using SqliteCommand command = Command("SELECT used, expires, replaces FROM tokens WHERE hash = $a", hash);
            using SqliteDataReader reader = command.ExecuteReader();
            if (!reader.Read())
            {
                throw new YadoException(YadoError.Refused, "the token is not one of this cluster: 'yado cluster token' makes one");
            }
            if (!reader.IsDBNull(0))
            {
                throw Used();
            }
            if (reader.GetInt64(1) <= now.ToUnixTimeSeconds())
            {
                throw new YadoException(YadoError.Refused, "the token has expired: 'yado cluster token' makes another");
            }
            return reader.IsDBNull(2) ? null : reader.GetString(2);
        }
    }

    /// <summary>Uses a token up, before what was signed for it is handed out: of two callers with the same one only one has it.</summary>
    /// <exception cref="YadoException">Used meanwhile; exit status 5.</exception>
    public void UseToken(string secret, DateTimeOffset now)
    {
        lock (_lock)
        {
            using SqliteCommand command = Command("UPDATE tokens SET used = $b WHERE hash = $a AND used IS NULL", JoinToken.HashOf(secret), now.ToUnixTimeSeconds());
            // The count of the statement itself, not a look before it.
            if (command.ExecuteNonQuery() != 1)
            {
                throw Used();
            }
        }
    }

    /// <summary>Refuses a name or an address that another host's valid certificate has: nobody can become another by joining.</summary>
    /// <param name="replaces">That host's certificates don't count.</param>
    /// <exception cref="YadoException">Exit status 5.</exception>
    public void CheckFree(string name, IReadOnlyList<IPAddress> addresses, string? replaces, DateTimeOffset now)
    {
        lock (_lock)
        {
            using SqliteCommand command = Command("SELECT name, addresses FROM issued WHERE expires > $a AND revoked IS NULL AND name <> coalesce($b, '')", now.ToUnixTimeSeconds(), replaces);
            using SqliteDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                string other = reader.GetString(0);
                if (other == name)
                {
                    throw new YadoException(YadoError.Refused, $"a host '{name}' has a certificate already: choose another --name, or make the token with 'yado cluster token --replace {name}'");
                }
                HashSet<string> taken = [.. reader.GetString(1).Split(' ')];
                if (addresses.FirstOrDefault(a => !IPAddress.IsLoopback(a) && taken.Contains(a.ToString())) is { } same)
                {
                    throw new YadoException(YadoError.Refused, $"address {same} is in the certificate of host '{other}': give this host's own with --address, or use 'yado cluster token --replace {other}'");
                }
            }
        }
    }

    public void AddIssued(X509Certificate2 certificate)
    {
        DateTimeOffset expires = certificate.NotAfter;
        Execute(
            "INSERT INTO issued(serial, name, addresses, expires, fingerprint) VALUES ($a, $b, $c, $d, $e)",
            certificate.SerialNumber, CertificateCheck.NameOf(certificate), string.Join(' ', CertificateCheck.Addresses(certificate)), expires.ToUnixTimeSeconds(),
            CertificateCheck.Fingerprint(certificate));
    }

    /// <summary>The certificates of a host that have not ended, or the one with this fingerprint or serial number.</summary>
    public IReadOnlyList<RevokedCertificate> FindIssued(string host, DateTimeOffset now)
    {
        lock (_lock)
        {
            using SqliteCommand command = Command(
                "SELECT serial, name, expires FROM issued WHERE expires > $a AND (name = $b OR fingerprint = lower($b) OR serial = upper($b))", now.ToUnixTimeSeconds(), host);
            using SqliteDataReader reader = command.ExecuteReader();
            List<RevokedCertificate> found = [];
            while (reader.Read())
            {
                found.Add(new(reader.GetString(0), reader.GetString(1), now, DateTimeOffset.FromUnixTimeSeconds(reader.GetInt64(2))));
            }
            return found;
        }
    }

    /// <summary>Its name and addresses are free for another certificate.</summary>
    public void MarkRevoked(RevokedCertificate certificate) =>
        Execute("UPDATE issued SET revoked = $b WHERE serial = $a", certificate.Serial, certificate.Revoked.ToUnixTimeSeconds());

    public void Dispose() => _connection.Dispose();

    private static YadoException Used() => new(
        YadoError.Refused, "the token has been used already: if that was not you, someone else has joined with it; 'yado cluster token' makes another");

    private object? Execute(string sql, params ReadOnlySpan<object?> values)
    {
        lock (_lock)
        {
            using SqliteCommand command = Command(sql, values);
            return command.ExecuteScalar() is { } value and not DBNull ? value : null;
        }
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<object?> values)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        for (int index = 0; index < values.Length; index++)
        {
            command.Parameters.AddWithValue($"${(char)('a' + index)}", values[index] ?? DBNull.Value);
        }
        return command;
    }
}
