using Shouldly;
using Yadokari.Linux.Cpu;

namespace Yadokari.Linux.Tests.Cpu;

public class CpuFeaturesTests
{
    [Fact]
    public void Features_of_this_host_agree_with_the_kernel()
    {
        // These names are the kernel's own. A kernel shows only what it has enabled, and a program that asks the processor
        // itself sees more: what the kernel shows must be found, what it hides may be.
        HashSet<string> shown = [.. File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("flags", StringComparison.Ordinal)).Split(' ')];
        string[] checkable = ["ssse3", "fma", "cx16", "sse4_1", "sse4_2", "movbe", "popcnt", "aes", "xsave", "avx", "f16c", "rdrand",
            "fsgsbase", "bmi1", "avx2", "bmi2", "erms", "avx512f", "avx512vl", "rdseed", "adx", "clflushopt", "clwb", "sha_ni", "gfni",
            "vaes", "vpclmulqdq", "rdpid", "amx_tile", "xsaveopt", "xsavec", "xgetbv1", "lahf_lm", "sse4a", "rdtscp", "clzero"];
        string[] found = [.. checkable.Where(CpuFeatures.ReadHost().Names.Contains)];

        checkable.Where(shown.Contains).ShouldBeSubsetOf(found);
    }

    [Fact]
    public void Sets_round_trip_through_names_and_report_strangers()
    {
        CpuFeatures host = CpuFeatures.ReadHost();
        CpuFeatures.FromNames(host.Names, out IReadOnlyList<string> none).ShouldBe(host);
        none.ShouldBeEmpty();
        CpuFeatures.FromNames(["avx2", "flux"], out IReadOnlyList<string> strangers).Names.ShouldBe(["avx2"]);
        strangers.ShouldBe(["flux"]);
    }

    [Fact]
    public void Levels_contain_each_other()
    {
        CpuFeatures.Level4.Covers(CpuFeatures.Level3).ShouldBeTrue();
        CpuFeatures.Level3.Covers(CpuFeatures.Level2).ShouldBeTrue();
        CpuFeatures.Level2.Covers(CpuFeatures.Level3).ShouldBeFalse();
        (CpuFeatures.Level3 - CpuFeatures.Level2).Names.Count.ShouldBe(10);
    }

    [Fact]
    public void Tests_name_each_register_once()
    {
        IReadOnlyList<CpuidTest> tests = CpuFeatures.Level3.Tests();
        tests.Select(test => (test.Leaf, test.Subleaf, test.Register)).ShouldBeUnique();
        tests.ShouldContain(new CpuidTest(7, 0, CpuidRegister.Ebx, 1u << 3 | 1u << 5 | 1u << 8));
        CpuFeatures.Level3.RequiredState().ShouldBe(0b110ul);
    }

    [Fact]
    public void The_xsave_area_holds_avx_behind_the_header()
    {
        XsaveLayout layout = XsaveLayout.ReadHost();
        layout.Components.ShouldContain(component => component.Number == 2 && component.Offset == 576 && component.Size == 256);
        layout.Size.ShouldBeGreaterThanOrEqualTo(832u);
    }
}
