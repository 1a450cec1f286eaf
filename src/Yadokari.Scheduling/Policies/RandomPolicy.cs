namespace Yadokari.Scheduling.Policies;

/// <summary>A host with a long queue sends its newest jobs to others drawn by lot, without asking how they are
/// (Eager, Lazowska, Zahorjan 1986).</summary>
public sealed class RandomPolicy(double limit) : IPlacementPolicy
{
    public string Name => "random";

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
                if (dice.Draw(book.Others(host).Where(h => book.HasRoom(h, job)), 1) is [{ } target])
                {
                    book.Move(job, host, target, $"the queue of {host.Name} is longer than {limit:0.##}; {target.Name} by lot");
                }
            }
        }
        return book.ToPlan();
    }
}
