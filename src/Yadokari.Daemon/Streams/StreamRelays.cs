using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Linux;
using Yadokari.Protocol.Streams;

namespace Yadokari.Daemon.Streams;

/// <summary>The relayed streams of this host's jobs, by job and epoch. Thread-safe.</summary>
public sealed class StreamRelays(HomeDirectory home, IProcessTable processes)
{
    private readonly ConcurrentDictionary<(string Job, int Epoch), StreamRelay> _relays = new();
    private readonly HashSet<(string Job, int Epoch)> _ended = [];
    private readonly Lock _opening = new();

    /// <summary>Device numbers of the terminals that jobs here have of their own.</summary>
    public IReadOnlySet<ulong> Terminals => _relays.Values.Select(relay => relay.TerminalDevice).OfType<ulong>().ToHashSet();

    /// <summary>Makes those of a job that is about to be here; what was made for it before and did not come to be used is ended.</summary>
    /// <param name="alone">Nobody is connected to its terminal.</param>
    /// <returns>The job's ends, which the caller owns.</returns>
    public IReadOnlyList<SafeFileHandle> Make(string job, int epoch, RelayedStreams state, bool alone = false)
    {
        lock (_opening)
        {
            End(job, epoch);
            try
            {
                (StreamRelay relay, IReadOnlyList<SafeFileHandle> ends) = StreamRelay.Make(home, job, epoch, state, processes.Identify);
                if (alone)
                {
                    relay.BeginAlone();
                }
                _relays[(job, epoch)] = relay;
                _ended.Remove((job, epoch));
                return ends;
            }
            catch (SystemCallException failure)
            {
                throw new IOException($"the streams of job {job} can't be made: {failure.Message}", failure);
            }
        }
    }

    /// <summary>Those of a job; null when its streams are not relayed.</summary>
    public StreamRelay? Find(string job, int epoch)
    {
        if (_relays.TryGetValue((job, epoch), out StreamRelay? known))
        {
            return known;
        }
        lock (_opening)
        {
            // What was let go of once is not taken up again: whoever gave it input then would give it to nobody.
            if (!_relays.TryGetValue((job, epoch), out known) && !_ended.Contains((job, epoch)) && StreamRelay.TryOpen(home, job, epoch, processes.Identify) is { } opened)
            {
                _relays[(job, epoch)] = known = opened;
            }
            return known;
        }
    }

    /// <summary>How far those of a job had come when they were made; null: they are not relayed.</summary>
    public RelayedStreams? StateOf(string job, int epoch) => StreamRelay.StateOf(home, job, epoch);

    /// <summary>They are on another host now, or will not be asked for again.</summary>
    public void End(string job, int epoch)
    {
        lock (_opening)
        {
            if (_relays.TryRemove((job, epoch), out StreamRelay? known))
            {
                known.End();
                _ended.Add((job, epoch));
            }
            else
            {
                StreamRelay.EndHolder(home, job, epoch, processes.Identify);
            }
        }
    }

    /// <summary>After a start of the daemon: ends what holds streams of jobs that are not here any more.</summary>
    /// <param name="isNeeded">The job, by id and epoch, is here, has ended here, or is on its way here.</param>
    public void Sweep(Func<string, int, bool> isNeeded)
    {
        foreach (string directory in Directory.EnumerateDirectories(home.Jobs))
        {
            string name = Path.GetFileName(directory);
            int dash = name.LastIndexOf('-');
            if (dash > 0 && int.TryParse(name.AsSpan(dash + 1), out int epoch) && File.Exists(home.Relay(name[..dash], epoch)) && !isNeeded(name[..dash], epoch))
            {
                End(name[..dash], epoch);
            }
        }
    }
}
