namespace Yadokari.Scheduling.Policies;

/// <summary>
/// Age-based preemptive migration (Harchol-Balter, Downey 1997). Lifetimes are heavy-tailed: a process that has used t
/// seconds will use about t more. So a job of age t on a host with n jobs gains t·(n − m − 1) by going to one with m, and
/// that must be more than the move costs: it goes when t &gt; cost / (n − m − 1). The oldest go first. Where hosts have more
/// or less than one processor, n and m + 1 are the seconds that a second of work takes there.
/// </summary>
/// <param name="factor">How often the measured cost must be earned back.</param>
public sealed class AgePolicy(double factor) : IPlacementPolicy
{
    public string Name => "age";

    public Plan Decide(ClusterView view)
    {
        LoadBook book = new(view);
        foreach (HostView host in book.Hosts)
        {
            foreach (JobView job in book.Oldest(host))
            {
                HostView? target = book.Others(host).Where(h => book.HasRoom(h, job)).MinBy(h => book.SlowdownWith(h, job));
                if (target is null)
                {
                    continue;
                }
                double gain = book.Slowdown(host) - book.SlowdownWith(target, job);
                if (gain > LoadBook.Noise && job.CpuSeconds * gain > factor * job.MoveCost)
                {
                    book.Move(job, host, target,
                        $"{job.CpuSeconds:0.0} s old, {gain:0.0} s sooner on {target.Name} for each, cost {job.MoveCost:0.00} s");
                }
            }
        }
        return book.ToPlan();
    }
}
