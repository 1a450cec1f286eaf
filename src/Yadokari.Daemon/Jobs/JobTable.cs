using System.Collections.Concurrent;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Store;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Jobs;

/// <summary>The jobs of this host: the store's records, in memory. Thread-safe.</summary>
public sealed class JobTable
{
    private readonly IHostStore _store;
    private readonly ConcurrentDictionary<string, JobEntry> _jobs = new();
    private readonly HashSet<string> _reservedNames = [];
    private readonly Lock _names = new();

    /// <summary>Held while a record is written or deleted, so that what is deleted is not one that has just come.</summary>
    private readonly Lock _writing = new();

    public JobTable(IHostStore store)
    {
        _store = store;
        foreach (JobRecord record in store.LoadJobs())
        {
            _jobs[record.Id] = new JobEntry(record);
        }
    }

    /// <summary>Told after each change that was written.</summary>
    public event Action<JobEntry>? Changed;

    public IEnumerable<JobEntry> All => _jobs.Values;

    public JobEntry? TryGet(string id) => _jobs.GetValueOrDefault(id);

    /// <summary>By id; else by name: the one that is here, else the one started last. Null: no such job.</summary>
    public JobEntry? TryFind(string job) => _jobs.GetValueOrDefault(job) ?? _jobs.Values
        .Where(e => e.Record.Name == job)
        .OrderByDescending(e => e.Record.IsHere)
        .ThenByDescending(e => e.Record.Started)
        .FirstOrDefault();

    /// <summary>As <see cref="TryFind"/>.</summary>
    /// <exception cref="YadoException">No such job; exit status 4.</exception>
    public JobEntry Find(string job)
    {
        return TryFind(job)
            ?? throw new YadoException(YadoError.NotFound, $"no job '{job}' on this host: 'yado ps --all' lists them");
    }

    /// <summary>An id that no job here has.</summary>
    public string NewId()
    {
        const string letters = "0123456789abcdefghjkmnpqrstvwxyz";
        while (true)
        {
            string id = string.Create(8, letters, static (span, letters) => Random.Shared.GetItems<char>(letters, span));
            if (TryGet(id) is null)
            {
                return id;
            }
        }
    }

    /// <summary>A name for a job whose user gave none.</summary>
    public static string NameFrom(string program)
    {
        string made = new([.. program.Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-').Take(48)]);
        return made.Length > 0 && char.IsAsciiLetterOrDigit(made[0]) ? made : "job";
    }

    /// <summary>Keeps a name for a job that is about to be here. Dispose what it returns when the job is in the table, or isn't coming.</summary>
    /// <returns>Null when the name is taken.</returns>
    public IDisposable? TryReserveName(string name)
    {
        lock (_names)
        {
            if (IsTaken(name))
            {
                return null;
            }
            _reservedNames.Add(name);
        }
        return new NameReservation(this, name);
    }

    /// <summary>Whether a job that is here, or is about to be, has the name.</summary>
    public bool HasName(string name)
    {
        lock (_names)
        {
            return IsTaken(name);
        }
    }

    /// <summary>Keeps the name, or with -2, -3 … behind it the first one that is free.</summary>
    public IDisposable ReserveFreeName(string wish, out string name)
    {
        name = wish;
        for (int number = 2; ; number++)
        {
            if (TryReserveName(name) is { } reservation)
            {
                return reservation;
            }
            name = $"{wish}-{number}";
        }
    }

    /// <summary>Writes a job that is new here, or came back with a higher epoch.</summary>
    /// <exception cref="StoreException">It could not be written; the table is as before.</exception>
    public JobEntry Put(JobRecord record, MoveRecord? move, bool durable, bool isChild)
    {
        JobEntry entry;
        lock (_writing)
        {
            _store.Save(record, move, durable);
            entry = _jobs.GetOrAdd(record.Id, _ => new JobEntry(record));
            entry.IsChild = isChild;
            entry.Replace(record);
        }
        Changed?.Invoke(entry);
        return entry;
    }

    /// <summary>Writes the new state of a job, and of its move.</summary>
    /// <exception cref="StoreException">It could not be written; the table is as before.</exception>
    public void Update(JobEntry entry, JobRecord record, MoveRecord? move, bool durable)
    {
        _store.Save(record, move, durable);
        entry.Replace(record);
        Changed?.Invoke(entry);
    }

    /// <summary>Changes only what the daemon knows as long as it runs: the store could not be written.</summary>
    public static void UpdateInMemory(JobEntry entry, JobRecord record) => entry.Replace(record);

    /// <summary>Takes a job out of the store and out of memory, when it is still as the caller has seen it.</summary>
    /// <param name="delete">Takes the record out of the store.</param>
    /// <returns>False: it has changed meanwhile, and stays.</returns>
    /// <exception cref="StoreException">It could not be written; the table is as before.</exception>
    public bool TryForget(JobRecord seen, Action<string> delete)
    {
        lock (_writing)
        {
            if (TryGet(seen.Id)?.Record != seen)
            {
                return false;
            }
            delete(seen.Id);
            Remove(seen.Id);
            return true;
        }
    }

    /// <summary>Takes a job out of memory; the store's record is the caller's.</summary>
    public void Remove(string id) => _jobs.TryRemove(id, out _);

    private bool IsTaken(string name) => _reservedNames.Contains(name) || _jobs.Values.Any(e => e.Record.IsHere && e.Record.Name == name);

    private sealed class NameReservation(JobTable table, string name) : IDisposable
    {
        public void Dispose()
        {
            lock (table._names)
            {
                table._reservedNames.Remove(name);
            }
        }
    }
}
