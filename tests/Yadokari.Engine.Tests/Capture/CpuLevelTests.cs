using Shouldly;
using Xunit;
using Yadokari.Engine.Capture;
using Yadokari.Linux.Cpu;
using Yadokari.Linux.Spawn;

namespace Yadokari.Engine.Tests.Capture;

public class CpuLevelTests
{
    [Fact]
    public void Levels_grow()
    {
        CpuLevel.Names.ShouldBe(["baseline", "x86-64-v2", "x86-64-v3", "x86-64-v4"]);
        CpuFeatures below = default;
        foreach (string name in CpuLevel.Names)
        {
            CpuFeatures level = CpuLevel.Parse(name)!.Value;
            level.Covers(below).ShouldBeTrue(name);
            below = level;
        }

        CpuLevel.Parse("baseline")!.Value.IsEmpty.ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("v3")]
    [InlineData("X86-64-V3")]
    [InlineData("x86-64-v5")]
    public void Other_names_are_no_level(string name)
    {
        CpuLevel.Parse(name).ShouldBeNull();
        Should.Throw<ArgumentException>(() => CpuLevel.Environment(name));
    }

    [Fact]
    public void The_environment_turns_off_what_a_level_lacks_and_names_the_level()
    {
        CpuLevel.Environment("x86-64-v2")[0].ShouldBe("YADO_CPU=x86-64-v2");
        Tunables("baseline").ShouldContain("-SSE4_2");
        Tunables("x86-64-v2").ShouldNotContain("-SSE4_2");
        Tunables("x86-64-v2").ShouldContain("-AVX2");
        Tunables("x86-64-v3").ShouldNotContain("-AVX2");
        Tunables("x86-64-v3").ShouldContain("-AVX512F");
        Tunables("x86-64-v4").ShouldNotContain("-AVX512F");
        CpuLevel.Environment("baseline").ShouldContain("DOTNET_EnableAVX=0");
        CpuLevel.Environment("x86-64-v3").ShouldNotContain("DOTNET_EnableAVX=0");
    }

    [Fact]
    public void A_process_may_use_what_its_environment_says_and_the_host_has()
    {
        CpuFeatures host = CpuFeatures.ReadHost();
        Of("YADO_CPU=baseline").IsEmpty.ShouldBeTrue();
        Of("YADO_CPU=x86-64-v2").ShouldBe(host & CpuFeatures.Level2);
        Of("YADO_CPU=unheard-of").ShouldBe(host);
        Of("OTHER=1").ShouldBe(host);
    }

    private static string[] Tunables(string level) =>
        CpuLevel.Environment(level).Single(setting => setting.StartsWith("GLIBC_TUNABLES=glibc.cpu.hwcaps=", StringComparison.Ordinal))["GLIBC_TUNABLES=glibc.cpu.hwcaps=".Length..].Split(',');

    private static CpuFeatures Of(string setting)
    {
        using SocketPair pair = SocketPair.Create();
        int pid = ChildProcess.Start(new SpawnRequest
        {
            Program = "/bin/cat",
            Arguments = ["cat"],
            Environment = [setting],
            Descriptors = [pair.Child, pair.Child, null],
        });
        pair.Child.Dispose();
        // Once it answers it is the program with the environment it was given, and no longer the child of a fork.
        pair.TryWrite((byte)'?').ShouldBeTrue();
        pair.Read(new byte[1]).ShouldBe(1);
        CpuFeatures features = CpuLevel.Of(pid);
        pair.Dispose(); // the end of its input
        ChildProcess.Wait(pid);
        return features;
    }
}
