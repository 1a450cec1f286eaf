using Microsoft.Extensions.Logging;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Cluster;

/// <summary>The keys under a prefix as they are now, kept so by a watch. A watch that breaks is opened again behind the last
/// change it has seen; when the store has forgotten what came then, everything is listed anew.</summary>
/// <param name="apply">Told the whole of it after each change; one call at a time.</param>
public sealed partial class StoreMirror(ICoordinationStore store, string prefix, Action<IReadOnlyDictionary<string, string>> apply, ILogger<StoreMirror> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<string, string> _entries = [];

    public async Task RunAsync(CancellationToken stopping)
    {
        long next = 0;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (next == 0)
                {
                    next = await ListAsync(stopping).ConfigureAwait(false);
                }
                await foreach (StoreChange change in store.WatchAsync(prefix, next, stopping).ConfigureAwait(false))
                {
                    Apply(change);
                    // All changes of one revision come in one piece, so a break never falls between them.
                    next = change.Revision + 1;
                }
            }
            catch (RevisionGoneException)
            {
                next = 0;
            }
            catch (YadoException failure)
            {
                LogBroken(logger, prefix, failure.Message);
                await Task.Delay(Pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<long> ListAsync(CancellationToken stopping)
    {
        StoreSnapshot all = await store.ListAsync(prefix, stopping).ConfigureAwait(false);
        _entries.Clear();
        foreach (StoreEntry entry in all.Entries)
        {
            _entries[entry.Key] = entry.Value;
        }
        apply(_entries);
        return all.Revision + 1;
    }

    private void Apply(StoreChange change)
    {
        if (change.Value is { } value)
        {
            _entries[change.Key] = value;
        }
        else
        {
            _entries.Remove(change.Key);
        }
        apply(_entries);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "the watch on {Prefix} broke and is opened again: {Reason}")]
    private static partial void LogBroken(ILogger logger, string prefix, string reason);
}
