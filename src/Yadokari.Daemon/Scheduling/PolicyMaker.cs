using Yadokari.Protocol.Scheduling;
using Yadokari.Scheduling.Choosing;

namespace Yadokari.Daemon.Scheduling;

/// <summary>Makes a policy from what a user chose: one of the catalog, or a program.</summary>
public static class PolicyMaker
{
    public const string Program = "program";

    /// <summary>The setting that names the program.</summary>
    public const string Path = "path";

    /// <summary>Of a program: seconds within which it must answer.</summary>
    private static readonly PolicySetting Timeout = new("timeout", 2, 0.05, 60, false, "seconds within which the program must answer");

    /// <summary>More time for the first answer: interpreters take a while to start.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    /// <summary>The policies that can be chosen.</summary>
    public static IReadOnlyList<PolicyDescription> Available { get; } =
    [
        .. PolicyCatalog.Kinds.Append(ProgramKind("")).Select(k => new PolicyDescription(
            k.Name, k.Meaning, [.. (k.Name == Program ? ["path=FILE: absolute"] : Array.Empty<string>()), .. k.Settings.Select(Show)])),
        new PolicyDescription("…", "settings of all of them", [.. PolicyCatalog.Shared.Select(Show)]),
    ];

    /// <summary>The caller disposes the policy if it is disposable.</summary>
    /// <exception cref="PolicyChoiceException">No such policy or setting, or a value out of range.</exception>
    public static PolicyChoice Make(ChoosePolicy choice, Action<string>? onWords = null)
    {
        if (choice.Name != Program)
        {
            return PolicyCatalog.Choose(choice.Name, choice.Settings, ProgramKind(""));
        }
        string path = choice.Settings.GetValueOrDefault(Path) is { Length: > 0 } given && given[0] == '/'
            ? given
            : throw new PolicyChoiceException("the policy 'program' needs path=FILE, an absolute path");
        return PolicyCatalog.Choose(ProgramKind(path, onWords), choice.Settings.Where(s => s.Key != Path).ToDictionary());
    }

    private static PolicyKind ProgramKind(string path, Action<string>? onWords = null) => new(
        Program, "a program of yours: a view as a line of JSON in, a plan out", [Timeout],
        s => new ProgramPolicy(
            path, TimeSpan.FromSeconds(s[Timeout.Name]), TimeSpan.FromSeconds(s[Timeout.Name]) + StartPatience, TimeProvider.System, onWords ?? (_ => { })));

    private static string Show(PolicySetting setting) => FormattableString.Invariant($"{setting.Name}={setting.Default}: {setting.Meaning}");
}
