using System.Runtime.Intrinsics.X86;

namespace Yadokari.Linux.Cpu;

/// <summary>A set of instruction set features (a value; bit n stands for <see cref="Known"/>[n]).</summary>
public readonly record struct CpuFeatures(UInt128 Bits)
{
    private const ulong Avx = 0b110;                // XCR0: SSE, AVX
    private const ulong Avx512 = 0b1110_0110;       // and opmask, ZMM_Hi256, Hi16_ZMM
    private const ulong Amx = 0b11 << 17;           // XTILECFG, XTILEDATA
    private const ulong Pkru = 1 << 9;

    /// <summary>Every feature this code knows. The order is part of no format: images store names.</summary>
    public static IReadOnlyList<CpuFeature> Known { get; } =
    [
        new("sse3", 1, 0, CpuidRegister.Ecx, 0, 0),
        new("pclmulqdq", 1, 0, CpuidRegister.Ecx, 1, 0),
        new("ssse3", 1, 0, CpuidRegister.Ecx, 9, 0),
        new("fma", 1, 0, CpuidRegister.Ecx, 12, Avx),
        new("cx16", 1, 0, CpuidRegister.Ecx, 13, 0),
        new("sse4_1", 1, 0, CpuidRegister.Ecx, 19, 0),
        new("sse4_2", 1, 0, CpuidRegister.Ecx, 20, 0),
        new("movbe", 1, 0, CpuidRegister.Ecx, 22, 0),
        new("popcnt", 1, 0, CpuidRegister.Ecx, 23, 0),
        new("aes", 1, 0, CpuidRegister.Ecx, 25, 0),
        new("xsave", 1, 0, CpuidRegister.Ecx, 26, 0),
        new("osxsave", 1, 0, CpuidRegister.Ecx, 27, 0),
        new("avx", 1, 0, CpuidRegister.Ecx, 28, Avx),
        new("f16c", 1, 0, CpuidRegister.Ecx, 29, Avx),
        new("rdrand", 1, 0, CpuidRegister.Ecx, 30, 0),

        new("fsgsbase", 7, 0, CpuidRegister.Ebx, 0, 0),
        new("bmi1", 7, 0, CpuidRegister.Ebx, 3, 0),
        new("hle", 7, 0, CpuidRegister.Ebx, 4, 0),
        new("avx2", 7, 0, CpuidRegister.Ebx, 5, Avx),
        new("bmi2", 7, 0, CpuidRegister.Ebx, 8, 0),
        new("erms", 7, 0, CpuidRegister.Ebx, 9, 0),
        new("rtm", 7, 0, CpuidRegister.Ebx, 11, 0),
        new("avx512f", 7, 0, CpuidRegister.Ebx, 16, Avx512),
        new("avx512dq", 7, 0, CpuidRegister.Ebx, 17, Avx512),
        new("rdseed", 7, 0, CpuidRegister.Ebx, 18, 0),
        new("adx", 7, 0, CpuidRegister.Ebx, 19, 0),
        new("avx512ifma", 7, 0, CpuidRegister.Ebx, 21, Avx512),
        new("clflushopt", 7, 0, CpuidRegister.Ebx, 23, 0),
        new("clwb", 7, 0, CpuidRegister.Ebx, 24, 0),
        new("avx512cd", 7, 0, CpuidRegister.Ebx, 28, Avx512),
        new("sha_ni", 7, 0, CpuidRegister.Ebx, 29, 0),
        new("avx512bw", 7, 0, CpuidRegister.Ebx, 30, Avx512),
        new("avx512vl", 7, 0, CpuidRegister.Ebx, 31, Avx512),

        new("avx512_vbmi", 7, 0, CpuidRegister.Ecx, 1, Avx512),
        new("ospke", 7, 0, CpuidRegister.Ecx, 4, Pkru),
        new("waitpkg", 7, 0, CpuidRegister.Ecx, 5, 0),
        new("avx512_vbmi2", 7, 0, CpuidRegister.Ecx, 6, Avx512),
        new("gfni", 7, 0, CpuidRegister.Ecx, 8, 0),
        new("vaes", 7, 0, CpuidRegister.Ecx, 9, Avx),
        new("vpclmulqdq", 7, 0, CpuidRegister.Ecx, 10, Avx),
        new("avx512_vnni", 7, 0, CpuidRegister.Ecx, 11, Avx512),
        new("avx512_bitalg", 7, 0, CpuidRegister.Ecx, 12, Avx512),
        new("avx512_vpopcntdq", 7, 0, CpuidRegister.Ecx, 14, Avx512),
        new("rdpid", 7, 0, CpuidRegister.Ecx, 22, 0),
        new("cldemote", 7, 0, CpuidRegister.Ecx, 25, 0),
        new("movdiri", 7, 0, CpuidRegister.Ecx, 27, 0),
        new("movdir64b", 7, 0, CpuidRegister.Ecx, 28, 0),

        new("fsrm", 7, 0, CpuidRegister.Edx, 4, 0),
        new("avx512_vp2intersect", 7, 0, CpuidRegister.Edx, 8, Avx512),
        new("serialize", 7, 0, CpuidRegister.Edx, 14, 0),
        new("tsxldtrk", 7, 0, CpuidRegister.Edx, 16, 0),
        new("amx_bf16", 7, 0, CpuidRegister.Edx, 22, Amx),
        new("avx512_fp16", 7, 0, CpuidRegister.Edx, 23, Avx512),
        new("amx_tile", 7, 0, CpuidRegister.Edx, 24, Amx),
        new("amx_int8", 7, 0, CpuidRegister.Edx, 25, Amx),

        new("sha512", 7, 1, CpuidRegister.Eax, 0, Avx),
        new("sm3", 7, 1, CpuidRegister.Eax, 1, Avx),
        new("sm4", 7, 1, CpuidRegister.Eax, 2, Avx),
        new("avx_vnni", 7, 1, CpuidRegister.Eax, 4, Avx),
        new("avx512_bf16", 7, 1, CpuidRegister.Eax, 5, Avx512),
        new("cmpccxadd", 7, 1, CpuidRegister.Eax, 7, 0),
        new("amx_fp16", 7, 1, CpuidRegister.Eax, 21, Amx),
        new("avx_ifma", 7, 1, CpuidRegister.Eax, 23, Avx),
        new("avx_vnni_int8", 7, 1, CpuidRegister.Edx, 4, Avx),
        new("avx_ne_convert", 7, 1, CpuidRegister.Edx, 5, Avx),
        new("avx_vnni_int16", 7, 1, CpuidRegister.Edx, 10, Avx),
        new("prefetchi", 7, 1, CpuidRegister.Edx, 14, 0),
        new("avx10", 7, 1, CpuidRegister.Edx, 19, Avx512),

        new("xsaveopt", 0xD, 1, CpuidRegister.Eax, 0, 0),
        new("xsavec", 0xD, 1, CpuidRegister.Eax, 1, 0),
        new("xgetbv1", 0xD, 1, CpuidRegister.Eax, 2, 0),

        new("lahf_lm", 0x80000001, 0, CpuidRegister.Ecx, 0, 0),
        new("lzcnt", 0x80000001, 0, CpuidRegister.Ecx, 5, 0),
        new("sse4a", 0x80000001, 0, CpuidRegister.Ecx, 6, 0),
        new("prefetchw", 0x80000001, 0, CpuidRegister.Ecx, 8, 0),
        new("xop", 0x80000001, 0, CpuidRegister.Ecx, 11, Avx),
        new("fma4", 0x80000001, 0, CpuidRegister.Ecx, 16, Avx),
        new("tbm", 0x80000001, 0, CpuidRegister.Ecx, 21, 0),
        new("monitorx", 0x80000001, 0, CpuidRegister.Ecx, 29, 0),
        new("rdtscp", 0x80000001, 0, CpuidRegister.Edx, 27, 0),
        new("clzero", 0x80000008, 0, CpuidRegister.Ebx, 0, 0),
    ];

    /// <summary>No feature beyond x86-64 itself (x86-64-v1).</summary>
    public static CpuFeatures Baseline => default;

    /// <summary>x86-64-v2 of the psABI.</summary>
    public static CpuFeatures Level2 { get; } =
        FromNames(["cx16", "lahf_lm", "popcnt", "sse3", "sse4_1", "sse4_2", "ssse3"], out _);

    /// <summary>x86-64-v3 of the psABI.</summary>
    public static CpuFeatures Level3 { get; } =
        Level2 | FromNames(["avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "lzcnt", "movbe", "osxsave", "xsave"], out _);

    /// <summary>x86-64-v4 of the psABI.</summary>
    public static CpuFeatures Level4 { get; } =
        Level3 | FromNames(["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"], out _);

    public bool IsEmpty => Bits == 0;

    /// <summary>Names, in the order of <see cref="Known"/>.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            List<string> names = [];
            for (int bit = 0; bit < Known.Count; bit++)
            {
                if ((Bits >> bit & 1) != 0)
                {
                    names.Add(Known[bit].Name);
                }
            }

            return names;
        }
    }

    public static CpuFeatures operator |(CpuFeatures left, CpuFeatures right) => new(left.Bits | right.Bits);

    public static CpuFeatures operator &(CpuFeatures left, CpuFeatures right) => new(left.Bits & right.Bits);

    /// <summary>Those of the left that the right lacks.</summary>
    public static CpuFeatures operator -(CpuFeatures left, CpuFeatures right) => new(left.Bits & ~right.Bits);

    /// <summary>Every feature of the other set is in this one.</summary>
    public bool Covers(CpuFeatures other) => (other - this).IsEmpty;

    /// <summary>The features of this host that its CPU tells and its kernel has enabled.</summary>
    public static CpuFeatures ReadHost()
    {
        if (!X86Base.IsSupported)
        {
            throw new PlatformNotSupportedException("this processor is not an x86-64");
        }

        uint highest = (uint)X86Base.CpuId(0, 0).Eax;
        uint highestExtended = (uint)X86Base.CpuId(unchecked((int)0x80000000), 0).Eax;

        // XCR0 holds what the kernel enabled; without OSXSAVE it enabled nothing. XGETBV can't be reached from here:
        // leaf 0xD tells what XCR0 may hold, of which Linux enables all that it knows.
        bool osXsave = (X86Base.CpuId(1, 0).Ecx >> 27 & 1) != 0;
        ulong enabled = 0;
        if (osXsave && highest >= 0xD)
        {
            (int low, _, _, int high) = X86Base.CpuId(0xD, 0);
            enabled = (uint)low | ((ulong)(uint)high << 32);
        }

        UInt128 bits = 0;
        uint leaf = uint.MaxValue, subleaf = 0;
        (int Eax, int Ebx, int Ecx, int Edx) answer = default;
        for (int index = 0; index < Known.Count; index++)
        {
            CpuFeature feature = Known[index];
            bool extended = feature.Leaf >= 0x80000000;
            if (feature.Leaf > (extended ? highestExtended : highest) || (enabled & feature.StateComponents) != feature.StateComponents)
            {
                continue;
            }

            if (feature.Leaf != leaf || feature.Subleaf != subleaf)
            {
                (leaf, subleaf) = (feature.Leaf, feature.Subleaf);
                answer = X86Base.CpuId((int)leaf, (int)subleaf);
                if (leaf == 7 && subleaf > (uint)X86Base.CpuId(7, 0).Eax)
                {
                    answer = default;
                }
            }

            int register = feature.Register switch
            {
                CpuidRegister.Eax => answer.Eax,
                CpuidRegister.Ebx => answer.Ebx,
                CpuidRegister.Ecx => answer.Ecx,
                _ => answer.Edx,
            };
            if ((register >> feature.Bit & 1) != 0)
            {
                bits |= UInt128.One << index;
            }
        }

        return new CpuFeatures(bits);
    }

    /// <summary>The set with these names.</summary>
    /// <param name="names">Names as in <see cref="Names"/>.</param>
    /// <param name="unknown">Those this code does not know, for the caller to refuse.</param>
    public static CpuFeatures FromNames(IReadOnlyList<string> names, out IReadOnlyList<string> unknown)
    {
        UInt128 bits = 0;
        List<string> strange = [];
        foreach (string name in names)
        {
            int found = -1;
            for (int index = 0; index < Known.Count && found < 0; index++)
            {
                found = Known[index].Name == name ? index : -1;
            }

            if (found < 0)
            {
                strange.Add(name);
            }
            else
            {
                bits |= UInt128.One << found;
            }
        }

        unknown = strange;
        return new CpuFeatures(bits);
    }

    /// <summary>The tests a host must pass to have every feature of this set, one a register; the kernel's enabling
    /// of the state is <see cref="RequiredState"/>.</summary>
    public IReadOnlyList<CpuidTest> Tests()
    {
        List<CpuidTest> tests = [];
        for (int index = 0; index < Known.Count; index++)
        {
            if ((Bits >> index & 1) == 0)
            {
                continue;
            }

            CpuFeature feature = Known[index];
            uint mask = 1u << feature.Bit;
            int same = tests.FindIndex(test =>
                test.Leaf == feature.Leaf && test.Subleaf == feature.Subleaf && test.Register == feature.Register);
            if (same < 0)
            {
                tests.Add(new CpuidTest(feature.Leaf, feature.Subleaf, feature.Register, mask));
            }
            else
            {
                tests[same] = tests[same] with { Mask = tests[same].Mask | mask };
            }
        }

        return tests;
    }

    /// <summary>XCR0 bits a host's kernel must have enabled for this set.</summary>
    public ulong RequiredState()
    {
        ulong state = 0;
        for (int index = 0; index < Known.Count; index++)
        {
            state |= (Bits >> index & 1) != 0 ? Known[index].StateComponents : 0;
        }

        return state;
    }
}
