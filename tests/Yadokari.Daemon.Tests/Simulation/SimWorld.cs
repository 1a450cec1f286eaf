using Shouldly;
using Yadokari.Daemon.Cluster;

namespace Yadokari.Daemon.Tests.Simulation;

/// <summary>
/// Hosts, the copies of one job on them, and one fault. Each act of a daemon is a step; the fault strikes before or
/// after the act, as the step's number says. Whatever happens, the laws are checked at each step:
/// never two copies that run, and never one that runs with work missing or done twice.
/// </summary>
public sealed class SimWorld
{
    public Lock Lock { get; } = new();

    public List<SimHost> Hosts { get; } = [];

    /// <summary>Work that the job has done, on whatever host.</summary>
    public int Work { get; private set; }

    /// <summary>A host lost its power: work may be lost with it, copies may not double.</summary>
    public bool PowerFailed { get; set; }

    /// <summary>All has come to rest: a fault that has not struck yet never will.</summary>
    public bool FaultsAreOver { get; set; }

    /// <summary>The hosts agree by a directory; else each has only its journal.</summary>
    public bool HasDirectory { get; init; }

    /// <summary>What both hosts see, and were told of; null: nothing.</summary>
    public string? SharedDirectory { get; init; }

    public Dictionary<string, StoreEntry> Directory { get; } = [];

    public long DirectoryRevision { get; set; }

    /// <summary>So many calls of the directory's store get no answer.</summary>
    public int StoreSilence { get; set; }

    /// <summary>Called with a process before it is frozen; gives the one that has its number then.</summary>
    public Func<SimProcess, SimProcess> BeforeFreeze { get; set; } = static process => process;

    /// <summary>What befalls a process between the look whether it lives and the moment it is opened.</summary>
    public Action<SimProcess> BeforeOpen { get; set; } = static _ => { };

    public List<string> Story { get; } = [];

    public IEnumerable<SimProcess> Copies => Hosts.SelectMany(h => h.Processes);

    /// <summary>Lets the running copy work, and checks the laws.</summary>
    public void Tick(string what)
    {
        lock (Lock)
        {
            Story.Add(what);
            List<SimProcess> running = [.. Copies.Where(p => p.State == SimProcessState.Running)];
            running.Count.ShouldBeLessThanOrEqualTo(1, Tell());
            foreach (SimProcess copy in running)
            {
                if (!PowerFailed)
                {
                    copy.Progress.ShouldBe(Work, Tell());
                }
                Work = ++copy.Progress;
            }
        }
    }

    public string Tell() => string.Join('\n', Story);
}
