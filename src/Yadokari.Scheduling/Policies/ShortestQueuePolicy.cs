namespace Yadokari.Scheduling.Policies;

/// <summary>As threshold, but of the hosts asked the one with the shortest queue gets the job, if that pays
/// (Eager, Lazowska, Zahorjan 1986).</summary>
/// <param name="limit">Threads per processor.</param>
/// <param name="probes">Hosts asked for each job; 0: all.</param>
public sealed class ShortestQueuePolicy(double limit, int probes) : IPlacementPolicy
{
    public string Name => "shortest";

    public Plan Decide(ClusterView view)
    {
        LoadBook book = new(view);
        Dice dice = new(view.Seed);
        foreach (HostView host in book.Hosts)
        {
            foreach (JobView job in book.Newest(host))
            {
                if (book.Queue(host) <= limit)
                {
                    break;
                }
                HostView? target = dice.Draw(book.Others(host), probes == 0 ? int.MaxValue : probes).MinBy(book.Queue);
                if (target is not null && book.Pays(host, target, job))
                {
                    book.Move(job, host, target, $"the queue of {target.Name} is the shortest of those asked");
                }
            }
        }
        return book.ToPlan();
    }
}
