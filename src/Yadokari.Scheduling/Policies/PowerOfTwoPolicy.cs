namespace Yadokari.Scheduling.Policies;

/// <summary>Each job of a host with a queue looks at two others drawn by lot and goes to the less loaded one, if that
/// pays (Mitzenmacher 2001: the second look does nearly all the good).</summary>
public sealed class PowerOfTwoPolicy(int choices) : IPlacementPolicy
{
    public string Name => "two";

    public Plan Decide(ClusterView view)
    {
        LoadBook book = new(view);
        Dice dice = new(view.Seed);
        foreach (HostView host in book.Hosts)
        {
            foreach (JobView job in book.Newest(host))
            {
                HostView? target = dice.Draw(book.Others(host), choices).MinBy(book.Queue);
                if (target is not null && book.Pays(host, target, job))
                {
                    book.Move(job, host, target, $"{target.Name} is the less loaded of {choices} by lot");
                }
            }
        }
        return book.ToPlan();
    }
}
