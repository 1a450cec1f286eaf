using System.Buffers.Binary;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Prctl;

namespace Yadokari.Engine.Resources.Threads;

/// <summary>Settings of a thread, in both directions: asked in it, and set in it again.</summary>
internal static class ThreadSettingsKind
{
    private const int TimeStampsFault = 2;
    private const int MachineCheckSet = 1;
    private const int MachineCheckDefault = 2;
    private const int SpeculationControlled = 1;
    private const int SpeculationEnabled = 2;
    private const int SpeculationFeatures = 3;
    private const int FlushesCache = 2; // PR_SPEC_L1D_FLUSH
    private const int ArchGetCpuid = 0x1011;
    private const int ArchSetCpuid = 0x1012;

    /// <summary>Bytes of the answers: time stamps, cpuid, flusher, machine check, speculation; 8 each.</summary>
    public const int AnswersLength = (4 + SpeculationFeatures) * 8;

    public static void Ask(PlanBuilder plan, DataReference answers, Slot result)
    {
        int at = 1;
        void Keep() => plan.Do(OperationKind.Store64, null, Argument.AddressOf(answers, (ulong)(at++ * 8)), result);
        plan.Try(null, SystemCall.Prctl, PR_GET_TSC, answers);
        plan.Try(result, SystemCall.Arch_prctl, ArchGetCpuid, 0);
        Keep();
        plan.Try(result, SystemCall.Prctl, PR_GET_IO_FLUSHER, 0, 0, 0, 0);
        Keep();
        plan.Try(result, SystemCall.Prctl, PR_MCE_KILL_GET, 0, 0, 0, 0);
        Keep();
        for (int feature = 0; feature < SpeculationFeatures; feature++)
        {
            plan.Try(result, SystemCall.Prctl, PR_GET_SPECULATION_CTRL, feature, 0, 0, 0);
            Keep();
        }
    }

    /// <summary>Null when all is as every thread begins.</summary>
    public static ThreadSettingsImage? Read(ReadOnlySpan<byte> answers)
    {
        int timeStamps = BinaryPrimitives.ReadInt32LittleEndian(answers);
        long cpuid = BinaryPrimitives.ReadInt64LittleEndian(answers[8..]);
        long flusher = BinaryPrimitives.ReadInt64LittleEndian(answers[16..]);
        long machineCheck = BinaryPrimitives.ReadInt64LittleEndian(answers[24..]);
        int[] speculation = new int[SpeculationFeatures];
        for (int feature = 0; feature < speculation.Length; feature++)
        {
            long state = BinaryPrimitives.ReadInt64LittleEndian(answers[(32 + (feature * 8))..]);

            // What a thread begins with where it may be controlled: speculation enabled, flushing of the cache disabled.
            bool changed = feature == FlushesCache ? (state & SpeculationEnabled) != 0 : (state & SpeculationEnabled) == 0;
            speculation[feature] = state > 0 && (state & SpeculationControlled) != 0 && changed ? (int)state & ~SpeculationControlled : 0;
        }

        ThreadSettingsImage settings = new()
        {
            NoTimeStamps = timeStamps == TimeStampsFault,
            NoCpuid = cpuid == 0,
            FlushesIo = flusher == 1,
            MachineCheck = machineCheck is 0 or 1 ? (int)machineCheck : null,
            Speculation = speculation.AsSpan().ContainsAnyExcept(0) ? speculation : [],
        };
        return settings == new ThreadSettingsImage { Speculation = settings.Speculation } && settings.Speculation.Count == 0 ? null : settings;
    }

    /// <summary>While the thread still has the privileges of whoever resumes.</summary>
    public static void Emit(PlanBuilder plan, ThreadSettingsImage settings)
    {
        if (settings.FlushesIo)
        {
            plan.Try(null, SystemCall.Prctl, Argument.Named(PR_SET_IO_FLUSHER, "PR_SET_IO_FLUSHER"), 1, 0, 0, 0);
        }

        if (settings.MachineCheck is { } machineCheck and not MachineCheckDefault)
        {
            plan.Try(null, SystemCall.Prctl, Argument.Named(PR_MCE_KILL, "PR_MCE_KILL"), MachineCheckSet, machineCheck, 0, 0);
        }

        for (int feature = 0; feature < settings.Speculation.Count; feature++)
        {
            if (settings.Speculation[feature] != 0)
            {
                plan.Try(null, SystemCall.Prctl, Argument.Named(PR_SET_SPECULATION_CTRL, "PR_SET_SPECULATION_CTRL"), feature, settings.Speculation[feature], 0, 0);
            }
        }

        if (settings.NoCpuid)
        {
            plan.Call("let cpuid fault", SystemCall.Arch_prctl, Argument.Named(ArchSetCpuid, "ARCH_SET_CPUID"), 0);
        }

        if (settings.NoTimeStamps)
        {
            plan.Call("let rdtsc fault", SystemCall.Prctl, Argument.Named(PR_SET_TSC, "PR_SET_TSC"), TimeStampsFault);
        }
    }
}
