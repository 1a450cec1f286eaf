using Microsoft.Extensions.Logging;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Cluster;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Trust;

/// <summary>
/// Brings the list of revoked certificates to every host that this one knows, and gets theirs where it is newer: with each once
/// after a start, whenever a newer list holds here, until they have answered; and with one of them every few minutes, whatever
/// was missed.
/// </summary>
/// <param name="places">The hosts that are known now.</param>
public sealed partial class RevocationSpread(Revocations revocations, Func<IReadOnlyList<HostPlace>> places, ILogger<RevocationSpread> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Anyway = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, Told> _told = [];

    public async Task RunAsync(CancellationToken stopping)
    {
        TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        revocations.Changed += _ => Volatile.Read(ref changed).TrySetResult();
        long again = Environment.TickCount64 + (long)Anyway.TotalMilliseconds;
        while (!stopping.IsCancellationRequested)
        {
            IReadOnlyList<HostPlace> known = places();
            if (known.Count > 0 && Environment.TickCount64 >= again)
            {
                _told.Remove(known[Random.Shared.Next(known.Count)].Address);
                again = Environment.TickCount64 + (long)Anyway.TotalMilliseconds;
            }
            long version = revocations.List.Version;
            await Task.WhenAll(known.Where(p => IsDue(p, version)).ToList().Select(p => ExchangeAsync(p, stopping))).ConfigureAwait(false);
            await Task.WhenAny(changed.Task, Task.Delay(Look, stopping)).ConfigureAwait(false);
            if (changed.Task.IsCompleted)
            {
                Volatile.Write(ref changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
                // Who did not answer before is asked at once.
                lock (_told)
                {
                    _told.Clear();
                }
            }
        }
    }

    private bool IsDue(HostPlace place, long version)
    {
        lock (_told)
        {
            return !_told.TryGetValue(place.Address, out Told? told) || (told.Version < version && Environment.TickCount64 >= told.NotBefore);
        }
    }

    private async Task ExchangeAsync(HostPlace place, CancellationToken stopping)
    {
        RevocationList own = revocations.List;
        try
        {
            using ApiConnection api = ApiConnection.ToAddress(place.Address, name: place.Name);
            RevocationList theirs = await api.PostAsync(
                Routes.ClusterRevoked, own, ProtocolJson.Default.RevocationList, ProtocolJson.Default.RevocationList, stopping, Patience).ConfigureAwait(false);
            if (revocations.Adopt(theirs))
            {
                LogAdopted(logger, theirs.Version, place.Address);
            }
            Note(place, new Told(own.Version, 0, TimeSpan.Zero));
        }
        catch (YadoException failure)
        {
            LogUntold(logger, place.Address, own.Version, failure.Message);
            TimeSpan pause = Look;
            lock (_told)
            {
                if (_told.TryGetValue(place.Address, out Told? before) && before.Pause > TimeSpan.Zero)
                {
                    pause = before.Pause * 2 < LongestPause ? before.Pause * 2 : LongestPause;
                }
            }
            Note(place, new Told(-1, Environment.TickCount64 + (long)pause.TotalMilliseconds, pause));
        }
    }

    private void Note(HostPlace place, Told told)
    {
        lock (_told)
        {
            _told[place.Address] = told;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "list {Version} of revoked certificates came from {Address}")]
    private static partial void LogAdopted(ILogger logger, long version, string address);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Address} was not told list {Version} of revoked certificates: {Reason}")]
    private static partial void LogUntold(ILogger logger, string address, long version, string reason);

    /// <param name="Version">That it was told; -1: none.</param>
    /// <param name="NotBefore">Ticks, milliseconds.</param>
    private sealed record Told(long Version, long NotBefore, TimeSpan Pause);
}
