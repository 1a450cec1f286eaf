using Yadokari.Engine.Capture;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Jobs;

/// <summary>The environment of a job that is to move to hosts with fewer cpu features (<c>--cpu LEVEL</c>).</summary>
public static class PortableEnvironment
{
    private const string Tunables = "GLIBC_TUNABLES=";

    /// <summary>The environment with the level's settings added; the same one when <paramref name="level"/> is null.
    /// What the user has tuned stays, joined with a colon (GLIBC_TUNABLES of ld.so(8)).</summary>
    /// <param name="level">baseline, v2, v3, or the full name of a level.</param>
    /// <exception cref="YadoException">No such level, exit status 2.</exception>
    public static IReadOnlyList<string> Make(string? level, IReadOnlyList<string> environment)
    {
        if (level is null)
        {
            return environment;
        }
        string name = level.StartsWith('v') ? $"x86-64-{level}" : level;
        if (CpuLevel.Parse(name) is null)
        {
            throw new YadoException(YadoError.WrongUsage, $"no cpu level '{level}': choose one of {string.Join(", ", CpuLevel.Names)}");
        }
        Dictionary<string, string> settings = [];
        foreach (string setting in environment.Concat(CpuLevel.Environment(name)))
        {
            string key = setting.Split('=', 2)[0];
            settings[key] = setting.StartsWith(Tunables, StringComparison.Ordinal) && settings.TryGetValue(key, out string? old) && old.Length > Tunables.Length
                ? $"{old}:{setting[Tunables.Length..]}"
                : setting;
        }
        return [.. settings.Values];
    }
}
