namespace Yadokari.Linux;

/// <summary>User addresses of x86-64 with four levels of page tables (Documentation/arch/x86/x86_64/mm.rst).</summary>
public static class AddressSpace
{
    /// <summary>One past the last user page.</summary>
    public const ulong End = 0x7ffffffff000;
}
