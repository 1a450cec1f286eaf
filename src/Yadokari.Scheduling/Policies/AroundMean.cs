namespace Yadokari.Scheduling.Policies;

/// <summary>Who begins a transfer when hosts compare themselves with the mean queue of all (Krueger's "above average";
/// Shivaratri, Krueger, Singhal 1992).</summary>
/// <param name="margin">How far from the mean a queue may be, threads per processor.</param>
/// <param name="probes">Hosts asked each time.</param>
internal sealed class AroundMean(LoadBook book, Dice dice, double margin, int probes)
{
    private readonly double _mean = book.MeanQueue;

    /// <summary>Hosts above the mean look for one that stays below its upper edge, and send their newest job.</summary>
    public void Send()
    {
        foreach (HostView host in book.Hosts)
        {
            foreach (JobView job in book.Newest(host))
            {
                if (book.Queue(host) <= _mean + margin)
                {
                    break;
                }
                HostView? target = dice.Draw(book.Others(host), probes)
                    .FirstOrDefault(h => book.Pays(host, h, job) && book.Queue(h) + LoadBook.Weight(job, h) <= _mean + margin);
                if (target is not null)
                {
                    book.Move(job, host, target, $"{host.Name} is above the mean queue of {_mean:0.0}, {target.Name} is not");
                }
            }
        }
    }

    /// <summary>Hosts below the mean look for one that is above it, and take its oldest job.</summary>
    public void Receive()
    {
        foreach (HostView host in book.Hosts.Where(h => h.Accepts))
        {
            while (book.Queue(host) < _mean - margin && TakeOne(host))
            {
            }
        }
    }

    private bool TakeOne(HostView host)
    {
        // A draining host is asked as well: whoever takes from it does it a favour.
        foreach (HostView source in dice.Draw(book.Hosts.Where(h => h.Name != host.Name), probes))
        {
            if (book.Queue(source) > _mean + margin && book.Oldest(source).FirstOrDefault(j => book.Pays(source, host, j)) is { } job)
            {
                book.Move(job, source, host, $"{host.Name} is below the mean queue of {_mean:0.0} and asked {source.Name}");
                return true;
            }
        }
        return false;
    }
}
