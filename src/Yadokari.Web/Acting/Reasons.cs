using System.Text.Json;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Scheduling;

namespace Yadokari.Web.Acting;

/// <summary>Why a job moved, or did not.</summary>
/// <param name="Policy">The policy and what it has done.</param>
/// <param name="Here">This host decides, so that its rounds can be read.</param>
/// <param name="Round">The last round that wanted to move the job; the last one of all when none did. As it was logged.</param>
/// <param name="Wanted">That round planned to move it.</param>
public sealed record Reasons(PolicyInfo Policy, bool Here, JsonElement? Round, bool Wanted)
{
    /// <summary>Asks the daemon here, and reads its log of decisions when it is the one that decides.</summary>
    public static async Task<Reasons> FindAsync(YadoClient daemon, string job, CancellationToken cancel)
    {
        PolicyInfo policy = await daemon.GetPolicyAsync(cancel).ConfigureAwait(false);
        string self = (await daemon.GetHostAsync(cancel).ConfigureAwait(false)).Name;
        if (policy.Scheduler != self)
        {
            return new Reasons(policy, false, null, false);
        }
        (JsonElement? round, bool wanted) = RoundReader.Find(policy.Log, job);
        return new Reasons(policy, true, round, wanted);
    }
}
