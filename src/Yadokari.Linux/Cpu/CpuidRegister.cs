namespace Yadokari.Linux.Cpu;

/// <summary>Register of a CPUID result, in the order of the instruction's results.</summary>
public enum CpuidRegister
{
    Eax,
    Ebx,
    Ecx,
    Edx,
}
