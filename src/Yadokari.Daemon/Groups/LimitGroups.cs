using System.Globalization;
using System.Runtime.InteropServices;
using Yadokari.Daemon.Load;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Groups;

/// <summary>
/// The control groups of jobs that have limits (cgroups(7)): one of version 2 where that has the controllers, else one of version 1
/// for each. A group is made before its job's processes are, and removed when they are gone.
/// </summary>
/// <param name="label">Tells the groups of daemons apart; letters and digits.</param>
/// <param name="hierarchies">As this daemon sees them.</param>
/// <param name="inWay">Why jobs here can't have limits at all; null: they may.</param>
public sealed class LimitGroups(string label, IReadOnlyList<ControlHierarchy> hierarchies, string? inWay = null)
{
    private const string Memory = "memory";
    private const string Cpu = "cpu";

    /// <summary>Rounds in which the processes of a job are looked for that are not in its group yet.</summary>
    private const int MostRounds = 100;

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    /// <summary>Those of this process.</summary>
    public static LimitGroups Here(string label, string? inWay) => new(
        label,
        ControlHierarchy.Find(
            File.ReadAllText("/proc/self/mountinfo"), File.ReadAllText("/proc/self/cgroup"), static path => File.Exists(path) ? File.ReadAllText(path) : null),
        inWay);

    /// <summary>Why a job can't have its limits here; null: it can. Makes a group, and removes it.</summary>
    /// <param name="here">Null: this host has none.</param>
    public static string? FindFault(LimitGroups? here, JobLimits limits)
    {
        try
        {
            foreach (string group in Make(here, $"probe{Guid.NewGuid():n}", 0, limits))
            {
                ControlGroup.TryRemove(group);
            }
            return null;
        }
        catch (YadoException failure)
        {
            return failure.Message;
        }
    }

    /// <summary>Makes the groups of a job, or sets the limits of those that are there.</summary>
    /// <returns>Their directories.</returns>
    /// <exception cref="YadoException">This host can't; nothing of them is left.</exception>
    public IReadOnlyList<string> Make(string job, int epoch, JobLimits limits)
    {
        if (inWay is not null)
        {
            throw Refused(inWay);
        }
        List<string> made = [];
        string[] wanted = [.. limits.MemoryBytes is null ? [] : (string[])[Memory], .. limits.Cpus is null ? [] : (string[])[Cpu]];
        try
        {
            foreach (IGrouping<ControlHierarchy, string> place in wanted.GroupBy(Of))
            {
                made.Add(Make(place.Key, $"yado-{label}-{job}-{epoch}", [.. place], limits));
            }
            return made;
        }
        catch
        {
            made.ForEach(group => ControlGroup.TryRemove(group));
            throw;
        }
    }

    /// <summary>The same for a job that may have none.</summary>
    /// <param name="here">Null: this host has none.</param>
    /// <exception cref="YadoException">It has limits, and this host can't.</exception>
    public static IReadOnlyList<string> Make(LimitGroups? here, string job, int epoch, JobLimits? limits) =>
        limits is null ? [] : here is null ? throw Refused("this host makes no control groups") : here.Make(job, epoch, limits);

    /// <summary>Removes what a daemon has left that died: a group that has processes stays.</summary>
    public void Sweep()
    {
        foreach (string parent in hierarchies.SelectMany(h => h.Parents).Distinct().Where(Directory.Exists))
        {
            foreach (string group in Directory.EnumerateDirectories(parent, $"yado-{label}-*").ToList())
            {
                ControlGroup.TryRemove(group);
            }
        }
    }

    /// <summary>Puts a job's processes into its groups, with all that they start from then on.</summary>
    /// <param name="shell">The pid that all of them descend from.</param>
    /// <exception cref="YadoException">Not permitted.</exception>
    public static void Take(IReadOnlyList<string> groups, int shell)
    {
        HashSet<int> taken = [];
        if (groups.Count == 0)
        {
            return;
        }
        for (int round = 0; round < MostRounds; round++)
        {
            // Who was started by one that was not in it yet is not in it either; children of those that are come there by themselves.
            List<int> outside = [.. Tree(shell).Where(taken.Add)];
            if (outside.Count == 0)
            {
                return;
            }
            foreach (string group in groups)
            {
                new JobGroup(group).Take(CollectionsMarshal.AsSpan(outside));
            }
        }
    }

    /// <summary>Removes groups whose job is over here, once the last process has gone.</summary>
    /// <returns>The groups that could not be removed.</returns>
    public static async Task<IReadOnlyList<string>> RemoveAsync(IReadOnlyList<string> groups, CancellationToken stopping)
    {
        const int look = 20;
        List<string> left = [.. groups];
        for (int waited = 0; ; waited += look)
        {
            left.RemoveAll(ControlGroup.TryRemove);
            if (left.Count == 0 || waited > EndPatience.TotalMilliseconds || stopping.IsCancellationRequested)
            {
                return left;
            }
            await Task.Delay(look, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Version 2 where it has the controller.</summary>
    private ControlHierarchy Of(string controller) =>
        hierarchies.Where(h => h.Controllers.Contains(controller)).OrderByDescending(h => h.IsUnified).FirstOrDefault()
            ?? throw Refused($"no control groups for {controller} are mounted here");

    private static string Make(ControlHierarchy place, string name, string[] controllers, JobLimits limits)
    {
        Exception? last = null;
        foreach (string parent in place.Parents)
        {
            string group = Path.Combine(parent, name);
            try
            {
                if (place.IsUnified)
                {
                    Enable(parent, controllers);
                }
                Directory.CreateDirectory(group);
                Limit(group, place.IsUnified, limits, controllers);
                return group;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                ControlGroup.TryRemove(group);
                last = failure;
            }
        }
        string why = last is UnauthorizedAccessException ? "permission denied" : last!.Message.TrimEnd('.');
        throw Refused($"no control group can be made in {place.Parents[0]} ({why}): it takes a daemon of root's, or one that was given its group (systemd: Delegate=yes)", last);
    }

    private static void Enable(string parent, string[] controllers)
    {
        string handed = Path.Combine(parent, "cgroup.subtree_control");
        string[] there = File.ReadAllText(handed).Split((char[])[' ', '\n']);
        foreach (string controller in controllers.Except(there))
        {
            File.WriteAllText(handed, "+" + controller);
        }
    }

    private static void Limit(string group, bool isUnified, JobLimits limits, string[] controllers)
    {
        if (limits.MemoryBytes is { } bytes && controllers.Contains(Memory))
        {
            string number = bytes.ToString(CultureInfo.InvariantCulture);
            File.WriteAllText(Path.Combine(group, isUnified ? "memory.max" : "memory.limit_in_bytes"), number);
            // Without it, a job that is over its memory fills the swap space first; not where the kernel does not count that.
            string swap = Path.Combine(group, isUnified ? "memory.swap.max" : "memory.memsw.limit_in_bytes");
            if (File.Exists(swap))
            {
                File.WriteAllText(swap, isUnified ? "0" : number);
            }
        }
        if (limits.Cpus is { } cpus && controllers.Contains(Cpu))
        {
            ControlGroup.LimitCpus(group, isUnified, cpus);
        }
    }

    private static IEnumerable<int> Tree(int pid) => (ProcTasks.Children(pid) ?? []).SelectMany(Tree).Prepend(pid);

    private static YadoException Refused(string reason, Exception? cause = null) => new(YadoError.Refused, $"a job can't have limits here: {reason}", cause);
}
