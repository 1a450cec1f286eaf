using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <summary>Why a host takes no job that is offered, whatever room it has.</summary>
internal static class OfferCheck
{
    /// <summary>The offer tells what the job had then; it runs on and may grow meanwhile, but not beyond all measure.</summary>
    private const long Growth = 1L << 30;

    /// <summary>No byte of an image lies behind this.</summary>
    public static long MostBytes(MoveOffer offer) => Math.Min(Limits.MaxImageBytes, (2 * offer.EstimatedBytes) + Growth);

    /// <summary>No byte of a log lies behind this: it may be long, and begin late.</summary>
    public static long MostLogBytes(MoveOffer offer) => Math.Min(Limits.MaxLogBytes, offer.LogsFrom + (2 * offer.EstimatedBytes) + Growth);

    /// <returns>Every reason; empty when there is none.</returns>
    public static List<ObstacleInfo> FindReasons(MoveOffer offer, HostSelf self, JobTable jobs)
    {
        string what = offer.Service is null ? "job" : "service";
        List<ObstacleInfo> reasons = [];
        if (offer.ProtocolVersion != ProtocolVersion.Current)
        {
            reasons.Add(new("protocol-version", $"it speaks protocol {ProtocolVersion.Current}, the source {offer.ProtocolVersion}: use the same version of yado on both"));
        }
        else if (offer.Service is null && offer.Build != HostFacts.Build)
        {
            reasons.Add(new("yado-version", $"it is yado {HostFacts.Build}, the source {offer.Build ?? "an older one"}: use the same version of yado on both, or carry the job over as a context file"));
        }
        if (self.Draining)
        {
            reasons.Add(new("draining", $"it takes no jobs: 'yado undrain {self.Name}' changes that"));
        }
        if (self.Fence() is { } fence)
        {
            reasons.Add(new("no-cluster", fence));
        }
        if (offer.Uid != self.Uid)
        {
            reasons.Add(new("user", $"its daemon runs jobs of user {self.Uid}, the {what} is user {offer.Uid}'s"));
        }
        if (offer.SourceInstance == self.Instance)
        {
            reasons.Add(new("same-host", $"the {what} is there already"));
        }
        if (jobs.TryGet(offer.JobId) is { } known && (known.Record.IsHere || known.Record.Epoch >= offer.Epoch))
        {
            reasons.Add(new("duplicate", $"it knows {what} {offer.JobId} as {known.Record.State} with epoch {known.Record.Epoch}"));
        }
        return reasons;
    }
}
