namespace Yadokari.Linux.Proc;

/// <summary>PROT_* bits of mmap(2).</summary>
[Flags]
public enum VmaProtection
{
    None = 0,
    Read = 1,
    Write = 2,
    Execute = 4,
}
