namespace Yadokari.Scheduling.Policies;

/// <summary>A host whose queue is longer than the limit asks a few others, drawn by lot; the first one whose queue stays
/// within the limit gets the newest job (Eager, Lazowska, Zahorjan 1986).</summary>
public sealed class ThresholdPolicy(double limit, int probes) : IPlacementPolicy
{
    public string Name => "threshold";

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
                HostView? target = dice.Draw(book.Others(host), probes)
                    .FirstOrDefault(h => book.HasRoom(h, job) && book.Queue(h) + LoadBook.Weight(job, h) <= limit);
                if (target is not null)
                {
                    book.Move(job, host, target, $"the queue of {host.Name} is longer than {limit:0.##}, that of {target.Name} stays within");
                }
            }
        }
        return book.ToPlan();
    }
}
