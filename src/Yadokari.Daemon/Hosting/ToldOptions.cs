using Yadokari.Daemon.Store;

namespace Yadokari.Daemon.Hosting;

/// <summary>What a daemon was told at its last start holds until it is told something else: one that died and is started again by
/// whatever command comes next keeps its name, address and peers. It is kept when the daemon has come up with it: what was refused is
/// not held against the next start.</summary>
internal sealed class ToldOptions(HostDatabase database)
{
    private readonly List<(string Key, string Value)> _told = [];

    /// <param name="told">At this start; null: nothing.</param>
    /// <returns>That, else what was told at an earlier start; null: nothing ever was.</returns>
    public string? Of(string key, string? told)
    {
        if (told is not null)
        {
            _told.Add((key, told));
            return told;
        }
        string kept = database.GetOrAdd(key, () => "");
        return kept.Length == 0 ? null : kept;
    }

    /// <summary>The daemon has come up.</summary>
    public void Keep()
    {
        foreach ((string key, string value) in _told)
        {
            database.Set(key, value);
        }
    }
}
