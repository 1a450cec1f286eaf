using Yadokari.Linux;
using Yadokari.Linux.Cpu;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>
/// Which instruction set extensions a process may use: all of its host's, or those of the level it was started
/// with (<c>yado run --cpu LEVEL</c> leaves the level in the environment).
/// </summary>
public static class CpuLevel
{
    /// <summary>Environment variable that names the level.</summary>
    public const string Variable = "YADO_CPU";

    /// <summary>Names for the command line.</summary>
    public static IReadOnlyList<string> Names { get; } = ["baseline", "x86-64-v2", "x86-64-v3", "x86-64-v4"];

    /// <summary>The features of a level; null when there is no level of that name.</summary>
    public static CpuFeatures? Parse(string name) => name switch
    {
        "baseline" => CpuFeatures.Baseline,
        "x86-64-v2" => CpuFeatures.Level2,
        "x86-64-v3" => CpuFeatures.Level3,
        "x86-64-v4" => CpuFeatures.Level4,
        _ => null,
    };

    /// <summary>Environment settings that hold the C library and known runtimes to a level, as far as they can be told.</summary>
    public static IReadOnlyList<string> Environment(string level)
    {
        CpuFeatures allowed = Parse(level) ?? throw new ArgumentException($"no cpu level {level}", nameof(level));
        List<string> off = [];
        foreach ((string feature, string tunable) in (ReadOnlySpan<(string, string)>)
            [
                ("avx", "AVX"), ("avx2", "AVX2"), ("avx512f", "AVX512F"), ("avx512vl", "AVX512VL"), ("avx512bw", "AVX512BW"),
                ("bmi1", "BMI1"), ("bmi2", "BMI2"), ("fma", "FMA"), ("lzcnt", "LZCNT"), ("movbe", "MOVBE"), ("erms", "ERMS"),
                ("sse4_2", "SSE4_2"), ("sse4_1", "SSE4_1"), ("ssse3", "SSSE3"), ("popcnt", "POPCNT"), ("rtm", "RTM"), ("xsavec", "XSAVEC"),
            ])
        {
            if (!new HashSet<string>(allowed.Names).Contains(feature))
            {
                off.Add("-" + tunable);
            }
        }

        List<string> settings = [$"{Variable}={level}", $"GLIBC_TUNABLES=glibc.cpu.hwcaps={string.Join(',', off)}"];
        if (level is "baseline" or "x86-64-v2")
        {
            settings.Add("DOTNET_EnableAVX=0");
            settings.Add("OPENBLAS_CORETYPE=Prescott");
            settings.Add("NPY_DISABLE_CPU_FEATURES=AVX2 FMA3 AVX512F");
        }

        return settings;
    }

    /// <summary>What any of some processes may use.</summary>
    public static CpuFeatures Of(IReadOnlyList<int> pids)
    {
        CpuFeatures main = Of(pids[0]);
        return pids.Skip(1).All(pid => Of(pid).Names.SequenceEqual(main.Names)) ? main : CpuFeatures.ReadHost();
    }

    /// <summary>None of one that is just ending, or executing: the kernel says that it may not be looked into.</summary>
    private static IReadOnlyList<string> Settings(int pid)
    {
        try
        {
            return ProcMisc.Environment(pid) ?? [];
        }
        catch (SystemCallException error) when (error.Number is Errno.EACCES or Errno.EPERM)
        {
            return [];
        }
    }

    /// <summary>What a process may use.</summary>
    public static CpuFeatures Of(int pid)
    {
        CpuFeatures host = CpuFeatures.ReadHost();
        foreach (string setting in Settings(pid))
        {
            if (setting.StartsWith(Variable + "=", StringComparison.Ordinal) && Parse(setting[(Variable.Length + 1)..]) is { } level)
            {
                return host & level;
            }
        }

        return host;
    }
}
