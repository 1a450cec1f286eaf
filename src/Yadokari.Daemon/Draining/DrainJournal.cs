using System.Text.Json;
using Yadokari.Daemon.Store;

namespace Yadokari.Daemon.Draining;

/// <summary>The drain in the daemon's database.</summary>
public sealed class DrainJournal(HostDatabase database) : IDrainJournal
{
    /// <summary>The setting that says whether this host takes jobs: "yes" when it does not.</summary>
    public const string DrainingKey = "draining";

    private const string DrainKey = "drain";

    public DrainRecord? Load()
    {
        string text = database.GetOrAdd(DrainKey, () => "");
        return text.Length == 0 ? null : JsonSerializer.Deserialize(text, StoreJson.Default.DrainRecord);
    }

    public void Save(DrainRecord drain) => database.Set(DrainKey, JsonSerializer.Serialize(drain, StoreJson.Default.DrainRecord));

    public void SetDraining(bool draining) => database.Set(DrainingKey, draining ? "yes" : "no");
}
