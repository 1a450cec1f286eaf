using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;

namespace Yadokari.Daemon.Store;

/// <summary>
/// The store in one SQLite file: write-ahead log, so that a daemon killed at any instruction loses nothing
/// that was committed, and synchronous=FULL for what must survive a power failure as well (sqlite.org/pragma.html).
/// </summary>
public sealed class HostDatabase : IHostStore, IDisposable
{
    private const int SchemaVersion = 1;

    /// <summary>Finished moves that are kept to answer questions about them.</summary>
    private const int KeptMoves = 10_000;

    private const int Corrupt = 11; // SQLITE_CORRUPT
    private const int NotADatabase = 26; // SQLITE_NOTADB

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private bool? _full;

    /// <summary>Moves that have ended since the start.</summary>
    private int _finished;

    private HostDatabase(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens or creates the file.</summary>
    /// <exception cref="StoreException">Not a database of this program, of a newer version, or not accessible.</exception>
    public static HostDatabase Open(string path)
    {
        SqliteConnectionStringBuilder options = new() { DataSource = path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false };
        SqliteConnection connection = new(options.ConnectionString);
        try
        {
            connection.Open();
            HostDatabase database = new(connection);
            database.Prepare(path);
            return database;
        }
        catch (Exception failure) when (failure is SqliteException or IOException)
        {
            connection.Dispose();
            throw new StoreException($"cannot open the database {path}: {Describe(failure)}", failure);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Save(JobRecord? job, MoveRecord? move, bool durable)
    {
        lock (_lock)
        {
            try
            {
                SetFull(durable);
                using SqliteTransaction transaction = _connection.BeginTransaction();
                if (job is not null)
                {
                    Upsert(
                        "INSERT INTO jobs(id, epoch, json) VALUES ($id, $key, $json) ON CONFLICT(id) DO UPDATE SET epoch = $key, json = $json",
                        job.Id, job.Epoch, job, StoreJson.Default.JobRecord, transaction);
                }
                if (move is not null)
                {
                    Upsert(
                        "INSERT INTO moves(id, role, phase, json) VALUES ($id, $key, '" + move.State.Phase + "', $json) " +
                        "ON CONFLICT(id, role) DO UPDATE SET phase = excluded.phase, json = $json",
                        move.Id, (int)move.Role, move, StoreJson.Default.MoveRecord, transaction);
                }
                transaction.Commit();
                if (move is { State.IsFinal: true } && ++_finished % KeptMoves == 0)
                {
                    ForgetMoves();
                }
            }
            catch (SqliteException failure)
            {
                throw Unwritten(failure);
            }
        }
    }

    public void Flush()
    {
        try
        {
            FlushLog();
        }
        catch (IOException failure)
        {
            throw new StoreException($"cannot write the database {_connection.DataSource}: {failure.Message}", failure);
        }
    }

    public IReadOnlyList<JobRecord> LoadJobs() => Load("SELECT json FROM jobs ORDER BY rowid", StoreJson.Default.JobRecord);

    public IReadOnlyList<MoveRecord> LoadMoves() => Load("SELECT json FROM moves ORDER BY rowid", StoreJson.Default.MoveRecord);

    /// <summary>Forgets a job.</summary>
    /// <exception cref="StoreException">It could not be written.</exception>
    public void DeleteJob(string id)
    {
        lock (_lock)
        {
            using SqliteCommand command = _connection.CreateCommand();
            command.CommandText = "DELETE FROM jobs WHERE id = $id";
            command.Parameters.AddWithValue("$id", id);
            Write(command);
        }
    }

    /// <summary>A value drawn once for this database and kept.</summary>
    /// <exception cref="StoreException">It could not be written.</exception>
    public string GetOrAdd(string key, Func<string> make)
    {
        lock (_lock)
        {
            using SqliteCommand read = _connection.CreateCommand();
            read.CommandText = "SELECT value FROM settings WHERE key = $key";
            read.Parameters.AddWithValue("$key", key);
            if (read.ExecuteScalar() is string value)
            {
                return value;
            }
            using SqliteCommand write = _connection.CreateCommand();
            write.CommandText = "INSERT INTO settings(key, value) VALUES ($key, $value)";
            write.Parameters.AddWithValue("$key", key);
            write.Parameters.AddWithValue("$value", value = make());
            Write(write);
            return value;
        }
    }

    /// <exception cref="StoreException">It could not be written.</exception>
    public void Set(string key, string value)
    {
        lock (_lock)
        {
            using SqliteCommand write = _connection.CreateCommand();
            write.CommandText = "INSERT INTO settings(key, value) VALUES ($key, $value) ON CONFLICT(key) DO UPDATE SET value = $value";
            write.Parameters.AddWithValue("$key", key);
            write.Parameters.AddWithValue("$value", value);
            Write(write);
        }
    }

    public void Dispose() => _connection.Dispose();

    private void Write(SqliteCommand command)
    {
        try
        {
            command.ExecuteNonQuery();
        }
        catch (SqliteException failure)
        {
            throw Unwritten(failure);
        }
    }

    private StoreException Unwritten(SqliteException failure) => new($"cannot write the database {_connection.DataSource}: {failure.Message}", failure);

    private void Prepare(string path)
    {
        Execute("PRAGMA journal_mode = WAL");
        SetFull(true);
        long version = (long)(Scalar("PRAGMA user_version") ?? 0L);
        if (version > SchemaVersion)
        {
            throw new StoreException($"the database {path} was written by a newer version of yado: use that version");
        }
        if (version == 0)
        {
            Execute("""
                BEGIN;
                CREATE TABLE jobs(id TEXT PRIMARY KEY, epoch INTEGER NOT NULL, json TEXT NOT NULL);
                CREATE TABLE moves(id TEXT NOT NULL, role INTEGER NOT NULL, phase TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY(id, role));
                CREATE TABLE settings(key TEXT PRIMARY KEY, value TEXT NOT NULL);
                PRAGMA user_version = 1;
                COMMIT;
                """);
        }
        ForgetMoves();
        // What a daemon wrote that died before it was on the disk: this one acts upon it.
        FlushLog();
    }

    /// <summary>The write-ahead log: what SQLite has taken from it into the database is on the disk (PRAGMA synchronous, NORMAL).</summary>
    private void FlushLog()
    {
        string log = _connection.DataSource + "-wal";
        if (File.Exists(log))
        {
            using SafeFileHandle file = File.OpenHandle(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.FlushToDisk(file);
        }
    }

    private void ForgetMoves() => Execute($"""
            DELETE FROM moves WHERE phase IN ('Released', 'Aborted')
                AND rowid NOT IN (SELECT rowid FROM moves ORDER BY rowid DESC LIMIT {KeptMoves})
            """);

    /// <summary>What SQLite says, and what to do when the file is damaged.</summary>
    private static string Describe(Exception failure) => failure is SqliteException { SqliteErrorCode: not (Corrupt or NotADatabase) }
        ? failure.Message
        : $"{failure.Message.ReplaceLineEndings(" ")} Put a copy of it back, or move it away to begin with an empty one: the jobs run on, but are not known any more";

    private void SetFull(bool full)
    {
        if (_full != full)
        {
            Execute(full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            _full = full;
        }
    }

    private void Upsert<T>(string sql, string id, int key, T value, JsonTypeInfo<T> type, SqliteTransaction transaction)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.Parameters.AddWithValue("$id", id);
        command.Parameters.AddWithValue("$key", key);
        command.Parameters.AddWithValue("$json", JsonSerializer.Serialize(value, type));
        command.ExecuteNonQuery();
    }

    private List<T> Load<T>(string sql, JsonTypeInfo<T> type)
    {
        lock (_lock)
        {
            try
            {
                using SqliteCommand command = _connection.CreateCommand();
                command.CommandText = sql;
                using SqliteDataReader reader = command.ExecuteReader();
                List<T> values = [];
                while (reader.Read())
                {
                    values.Add(JsonSerializer.Deserialize(reader.GetString(0), type) ?? throw new JsonException("null record"));
                }
                return values;
            }
            catch (Exception failure) when (failure is SqliteException or JsonException)
            {
                throw new StoreException($"cannot read the database {_connection.DataSource}: {Describe(failure)}", failure);
            }
        }
    }

    private void Execute(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private object? Scalar(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
