using System.Globalization;
using Yadokari.Scheduling.Guarding;
using Yadokari.Scheduling.Policies;

namespace Yadokari.Scheduling.Choosing;

/// <summary>The policies by name, and how a choice is read.</summary>
public static class PolicyCatalog
{
    private static readonly PolicySetting Limit = new("limit", 2, 0.1, 1000, false, "queue from which a host sends jobs away, threads per processor");
    private static readonly PolicySetting Probes = new("probes", 3, 1, 1000, true, "hosts asked for each job");
    private static readonly PolicySetting Margin = new("margin", 0.5, 0, 1000, false, "distance from the mean queue that is left alone, threads per processor");

    public static IReadOnlyList<PolicyKind> Kinds { get; } =
    [
        new("none", "jobs stay where they are", [], _ => new NonePolicy()),
        new("random", "long queues send jobs anywhere, by lot", [Limit], s => new RandomPolicy(s["limit"])),
        new("threshold", "long queues send jobs to the first host asked whose queue is short", [Limit, Probes],
            s => new ThresholdPolicy(s["limit"], (int)s["probes"])),
        new("shortest", "long queues send jobs to the shortest queue of those asked",
            [Limit with { Default = 1 }, Probes with { Least = 0, Meaning = "hosts asked for each job; 0: all" }],
            s => new ShortestQueuePolicy(s["limit"], (int)s["probes"])),
        new("sender", "hosts above the mean look for hosts below it", [Margin, Probes], s => new SenderPolicy(s["margin"], (int)s["probes"])),
        new("receiver", "hosts below the mean look for hosts above it", [Margin, Probes], s => new ReceiverPolicy(s["margin"], (int)s["probes"])),
        new("symmetric", "both", [Margin, Probes], s => new SymmetricPolicy(s["margin"], (int)s["probes"])),
        new("age", "old jobs go where that pays more than the move costs (Harchol-Balter, Downey)",
            [new("factor", 1, 0, 1000, false, "how often the cost of the move must be earned back")], s => new AgePolicy(s["factor"])),
        new("idle", "jobs run where no owner works, and leave when one comes back (Condor)",
            [new("jobs", 1, 0.1, 1000, false, "queue up to which a host is idle enough for one more job, threads per processor")],
            s => new IdlePolicy(s["jobs"])),
        new("two", "each job takes the better of two hosts drawn by lot (power of two choices)",
            [new("choices", 2, 1, 1000, true, "hosts drawn for each job")], s => new PowerOfTwoPolicy((int)s["choices"])),
    ];

    /// <summary>Settings that go with every policy.</summary>
    public static IReadOnlyList<PolicySetting> Shared { get; } =
    [
        new("every", 5, 0.2, 3600, false, "seconds from one round to the next"),
        new("residence", 10, 0, 86_400, false, "seconds a moved job stays before it may be moved again"),
        new("per-job", 12, 0, 3600, true, "moves of one job in an hour"),
        new("at-once", 4, 0, 1000, true, "moves under way at once"),
        new("stale", 15, 1, 3600, false, "seconds after which a host that says nothing gets no jobs"),
        new("reserve", 0.05, 0, 1, false, "share of each host's memory kept free"),
    ];

    /// <summary>Makes a policy.</summary>
    /// <param name="given">What the user says; all else has its default.</param>
    /// <param name="more">Policies that are not of this room.</param>
    /// <exception cref="PolicyChoiceException">No such policy or setting, or a value out of range.</exception>
    public static PolicyChoice Choose(string name, IReadOnlyDictionary<string, string> given, params IReadOnlyList<PolicyKind> more)
    {
        IReadOnlyList<PolicyKind> all = [.. Kinds, .. more];
        PolicyKind kind = all.FirstOrDefault(k => k.Name == name)
            ?? throw new PolicyChoiceException($"no policy '{Shorten(name)}'; there are: {string.Join(' ', all.Select(k => k.Name))}");
        return Choose(kind, given);
    }

    /// <summary>Makes a policy of a kind, which need not be one of <see cref="Kinds"/>.</summary>
    /// <exception cref="PolicyChoiceException">No such setting, or a value out of range.</exception>
    public static PolicyChoice Choose(PolicyKind kind, IReadOnlyDictionary<string, string> given)
    {
        IReadOnlyList<PolicySetting> all = [.. kind.Settings, .. Shared];
        if (given.Keys.FirstOrDefault(k => all.All(s => s.Name != k)) is { } unknown)
        {
            throw new PolicyChoiceException(
                $"policy '{kind.Name}' has no setting '{Shorten(unknown)}'; it has: {string.Join(' ', all.Select(s => s.Name))}");
        }
        Dictionary<string, double> values = all.ToDictionary(s => s.Name, s => given.TryGetValue(s.Name, out string? text) ? Read(s, text) : s.Default);
        GuardSettings guard = new()
        {
            Residence = values["residence"],
            PerJob = (int)values["per-job"],
            AtOnce = (int)values["at-once"],
            Stale = values["stale"],
            Reserve = values["reserve"],
        };
        return new PolicyChoice(kind.Make(values), guard, values["every"], values);
    }

    private static double Read(PolicySetting setting, string text)
    {
        bool isNumber = double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double value);
        // Not a number is in no range: asked this way round.
        bool isInRange = value >= setting.Least && value <= setting.Most && (!setting.IsWhole || value == Math.Floor(value));
        if (!isNumber || !isInRange)
        {
            string kind = setting.IsWhole ? "a whole number" : "a number";
            throw new PolicyChoiceException(string.Create(
                CultureInfo.InvariantCulture, $"{setting.Name} must be {kind} from {setting.Least} to {setting.Most}, not '{Shorten(text)}': {setting.Meaning}"));
        }
        return value;
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
