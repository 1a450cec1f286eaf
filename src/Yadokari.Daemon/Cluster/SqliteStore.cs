using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Cluster;

/// <summary>
/// The store in one SQLite file, for daemons on one machine (SQLite's locks don't hold over a network file system).
/// Leases go by the machine's clock. A watch looks for new changes many times a second.
/// </summary>
public sealed class SqliteStore : ICoordinationStore
{
    /// <summary>Changes that are kept for watches that were away.</summary>
    private const int KeptChanges = 10_000;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly TimeProvider _clock;

    private SqliteStore(SqliteConnection connection, string path, TimeProvider clock)
    {
        _connection = connection;
        _clock = clock;
        Place = path;
    }

    public string Place { get; }

    /// <exception cref="YadoException">The file can't be opened.</exception>
    public static SqliteStore Open(string path, TimeProvider? clock = null)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        try
        {
            connection.Open();
            SqliteStore store = new(connection, path, clock ?? TimeProvider.System);
            store.Execute("PRAGMA busy_timeout = 5000");
            store.Execute("PRAGMA journal_mode = WAL");
            store.Execute("PRAGMA synchronous = FULL");
            store.Execute("""
                CREATE TABLE IF NOT EXISTS changes(revision INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, value TEXT);
                CREATE TABLE IF NOT EXISTS entries(key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL, lease INTEGER NOT NULL);
                CREATE TABLE IF NOT EXISTS leases(id INTEGER PRIMARY KEY AUTOINCREMENT, milliseconds INTEGER NOT NULL, expires INTEGER NOT NULL);
                """);
            return store;
        }
        catch (SqliteException failure)
        {
            connection.Dispose();
            throw new YadoException(YadoError.Failed, $"cannot use the cluster's file {path}: {failure.Message}", failure);
        }
    }

    public Task<long> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellation) => Run(() =>
    {
        long milliseconds = (long)timeToLive.TotalMilliseconds;
        Execute("INSERT INTO leases(milliseconds, expires) VALUES ($a, $b)", milliseconds, Now + milliseconds);
        return (long)Scalar("SELECT last_insert_rowid()")!;
    });

    public Task<bool> KeepAliveAsync(long lease, CancellationToken cancellation) => Run(() =>
        Execute("UPDATE leases SET expires = $b + milliseconds WHERE id = $a", lease, Now) == 1);

    public Task RevokeLeaseAsync(long lease, CancellationToken cancellation) => Run(() =>
    {
        Execute("UPDATE leases SET expires = 0 WHERE id = $a", lease);
        Expire();
        return true;
    });

    public Task<StoreEntry?> GetAsync(string key, CancellationToken cancellation) => Run(() => Read(
        "SELECT key, value, revision FROM entries WHERE key = $a", ToEntry, key).FirstOrDefault());

    public Task<StoreSnapshot> ListAsync(string prefix, CancellationToken cancellation) => Run(() => new StoreSnapshot(
        Read("SELECT key, value, revision FROM entries WHERE key >= $a AND key < $b ORDER BY key", ToEntry, prefix, End(prefix)),
        LastRevision()));

    public Task<long?> CompareAndSetAsync(string key, long expected, string? value, long lease, CancellationToken cancellation) => Run(() =>
    {
        if ((long)(Scalar("SELECT revision FROM entries WHERE key = $a", key) ?? 0L) != expected)
        {
            return (long?)null;
        }
        if (lease != 0 && Scalar("SELECT 1 FROM leases WHERE id = $a", lease) is null)
        {
            throw new YadoException(YadoError.Failed, $"the lease {lease} has expired");
        }
        return Write(key, value, lease);
    });

    public async IAsyncEnumerable<StoreChange> WatchAsync(string prefix, long fromRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long next = fromRevision;
        while (true)
        {
            long from = next;
            (long oldest, long last, List<StoreChange> changes) = await Run(() => (
                (long)(Scalar("SELECT coalesce(min(revision), 0) FROM changes") ?? 0L),
                LastRevision(),
                Read("SELECT key, value, revision FROM changes WHERE revision >= $a AND key >= $b AND key < $c ORDER BY revision", ToChange, from, prefix, End(prefix)))).ConfigureAwait(false);
            if (oldest > next)
            {
                throw new RevisionGoneException(next);
            }
            foreach (StoreChange change in changes)
            {
                yield return change;
            }
            next = Math.Max(next, last + 1);
            await Task.Delay(LookInterval, cancellation).ConfigureAwait(false);
        }
    }

    public void Dispose() => _connection.Dispose();

    private long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private long LastRevision() => (long)(Scalar("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'changes'") ?? 0L);

    private long Write(string key, string? value, long lease)
    {
        Execute("INSERT INTO changes(key, value) VALUES ($a, $b)", key, value);
        long revision = (long)Scalar("SELECT last_insert_rowid()")!;
        if (value is null)
        {
            Execute("DELETE FROM entries WHERE key = $a", key);
        }
        else
        {
            Execute(
                "INSERT INTO entries(key, value, revision, lease) VALUES ($a, $b, $c, $d) ON CONFLICT(key) DO UPDATE SET value = $b, revision = $c, lease = $d",
                key, value, revision, lease);
        }
        Execute("DELETE FROM changes WHERE revision <= $a", revision - KeptChanges);
        return revision;
    }

    private void Expire()
    {
        foreach (string key in Read("SELECT key FROM entries JOIN leases ON lease = leases.id WHERE expires <= $a", r => r.GetString(0), Now))
        {
            Write(key, null, 0);
        }
        Execute("DELETE FROM leases WHERE expires <= $a", Now);
    }

    /// <summary>One transaction that sees no expired lease.</summary>
    private Task<T> Run<T>(Func<T> act) => Task.Run(() =>
    {
        lock (_lock)
        {
            try
            {
                Execute("BEGIN IMMEDIATE");
                try
                {
                    Expire();
                    T result = act();
                    Execute("COMMIT");
                    return result;
                }
                catch
                {
                    Execute("ROLLBACK");
                    throw;
                }
            }
            catch (Exception failure) when (failure is SqliteException or ObjectDisposedException or InvalidOperationException)
            {
                throw new YadoException(YadoError.Failed, $"the cluster's file {Place} can't be used: {failure.Message}", failure) { Unreachable = true };
            }
        }
    });

    /// <summary>The first string behind all that begin with the prefix.</summary>
    private static string End(string prefix) => prefix[..^1] + (char)(prefix[^1] + 1);

    private static StoreEntry ToEntry(SqliteDataReader reader) => new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2));

    private static StoreChange ToChange(SqliteDataReader reader) => new(reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetInt64(2));

    private int Execute(string sql, params ReadOnlySpan<object?> values)
    {
        using SqliteCommand command = Command(sql, values);
        return command.ExecuteNonQuery();
    }

    private object? Scalar(string sql, params ReadOnlySpan<object?> values)
    {
        using SqliteCommand command = Command(sql, values);
        return command.ExecuteScalar();
    }

    private List<T> Read<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using SqliteCommand command = Command(sql, values);
        using SqliteDataReader reader = command.ExecuteReader();
        List<T> rows = [];
        while (reader.Read())
        {
            rows.Add(read(reader));
        }
        return rows;
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<object?> values)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        for (int index = 0; index < values.Length; index++)
        {
            command.Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"${(char)('a' + index)}"), values[index] ?? DBNull.Value);
        }
        return command;
    }
}
