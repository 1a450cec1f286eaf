namespace Yadokari.Scheduling.Policies;

/// <summary>
/// Idle workstations (Condor: Litzkow, Livny, Mutka 1988): jobs run where no owner works. When an owner comes back the
/// jobs leave; where none is, the queue is kept short by sending jobs to machines that stand idle.
/// </summary>
/// <param name="jobs">Threads per processor up to which a machine counts as idle enough for one more job.</param>
public sealed class IdlePolicy(double jobs) : IPlacementPolicy
{
    public string Name => "idle";

    public Plan Decide(ClusterView view)
    {
        LoadBook book = new(view);
        // Eviction first: the owner's wait counts more than a job's.
        foreach (HostView host in book.Hosts.Where(h => h.OwnerPresent))
        {
            foreach (JobView job in book.Movable(host))
            {
                Send(book, host, job, $"the owner of {host.Name} is back");
            }
        }
        foreach (HostView host in book.Hosts.Where(h => !h.OwnerPresent))
        {
            foreach (JobView job in book.Newest(host))
            {
                if (book.Queue(host) <= jobs)
                {
                    break;
                }
                Send(book, host, job, $"{host.Name} is busy");
            }
        }
        return book.ToPlan();
    }

    private void Send(LoadBook book, HostView host, JobView job, string why)
    {
        HostView? target = book.Others(host)
            .Where(h => !h.OwnerPresent && book.HasRoom(h, job) && book.Queue(h) + LoadBook.Weight(job, h) <= jobs)
            .MinBy(book.Queue);
        if (target is not null)
        {
            book.Move(job, host, target, $"{why}; {target.Name} is idle");
        }
    }
}
