using System.Text.Json;
using Yadokari.Protocol.Scheduling;

namespace Yadokari.Web.Acting;

/// <summary>Why a job moved, or did not.</summary>
/// <param name="Policy">The policy and what it has done.</param>
/// <param name="Here">This host decides, so that its rounds can be read.</param>
/// <param name="Round">The last round that wanted to move the job; the last one of all when none did. As it was logged.</param>
/// <param name="Wanted">That round planned to move it.</param>
public sealed record Reasons(PolicyInfo Policy, bool Here, JsonElement? Round, bool Wanted);
