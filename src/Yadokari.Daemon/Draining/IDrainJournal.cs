namespace Yadokari.Daemon.Draining;

/// <summary>Where a daemon keeps its drain, so that it outlives the daemon.</summary>
public interface IDrainJournal
{
    /// <summary>The last drain; null when there never was one.</summary>
    DrainRecord? Load();

    /// <exception cref="Store.StoreException">It could not be written.</exception>
    void Save(DrainRecord drain);

    /// <summary>Whether this host takes jobs, kept apart from the drain itself.</summary>
    void SetDraining(bool draining);
}
