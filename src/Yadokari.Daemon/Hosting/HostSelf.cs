namespace Yadokari.Daemon.Hosting;

/// <summary>Who this daemon is.</summary>
/// <param name="Instance">Drawn once per home directory.</param>
/// <param name="Uid">The user it runs as, and runs jobs as.</param>
public sealed record HostSelf(string Name, string Instance, uint Uid, string BootId)
{
    /// <summary>ADDR:PORT where other hosts reach it; null as long as it listens to none.</summary>
    public string? Address { get; set; }

    /// <summary>Null, or why it may not act for its cluster now, in one line: then it takes and moves no jobs.</summary>
    public Func<string?> Fence { get; set; } = static () => null;

    /// <summary>Done when it is known whether the cluster answers; at once without a cluster.</summary>
    public Task Settled { get; set; } = Task.CompletedTask;

    /// <summary>A directory that it shares with other hosts, for images of moves; null: none.</summary>
    public string? Via { get; init; }

    /// <summary>It takes no new jobs.</summary>
    public bool Draining { get; set; }
}
