using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Jobs;

/// <summary>
/// Tells the C library which cpu features a program may use, so that it can move to a host that has no others.
/// Only code that asks glibc heeds it: a program that asks cpuid itself does not (tunables.rst of glibc).
/// </summary>
public static class CpuLevel
{
    private const string Variable = "GLIBC_TUNABLES=";
    private const string Tunable = "glibc.cpu.hwcaps=";

    // Names as glibc's sysdeps/x86/cpu-tunables.c spells them; features it does not know it skips.
    private static readonly string[] AboveV3 = ["AVX512F", "AVX512VL", "AVX512BW", "AVX512CD", "AVX512DQ", "AVX512ER", "AVX512PF"];
    private static readonly string[] AboveV2 =
        [.. AboveV3, "AVX", "AVX2", "AVX_Fast_Unaligned_Load", "BMI1", "BMI2", "FMA", "FMA4", "LZCNT", "MOVBE", "XSAVE", "XSAVEC", "RTM", "ERMS", "FSRM"];
    private static readonly string[] AboveBaseline = [.. AboveV2, "SSE3", "SSSE3", "SSE4_1", "SSE4_2", "POPCNT"];

    /// <summary>The environment with the tunable added; the same one when <paramref name="level"/> is null.</summary>
    /// <exception cref="YadoException">No such level, exit status 2.</exception>
    public static IReadOnlyList<string> Apply(string? level, IReadOnlyList<string> environment)
    {
        string[]? forbidden = level switch
        {
            null => null,
            "baseline" or "v1" => AboveBaseline,
            "v2" => AboveV2,
            "v3" => AboveV3,
            _ => throw new YadoException(2, $"no cpu level '{level}': choose baseline, v2 or v3"),
        };
        if (forbidden is null)
        {
            return environment;
        }
        string setting = Tunable + string.Join(',', forbidden.Select(f => "-" + f));
        string? old = environment.FirstOrDefault(e => e.StartsWith(Variable, StringComparison.Ordinal));
        string added = old is null || old.Length == Variable.Length ? Variable + setting : $"{old}:{setting}";
        return [.. environment.Where(e => e != old), added];
    }
}
