namespace Yadokari.Engine.Restore;

/// <summary>Slots that the interpreter's entry fills before the first operation.</summary>
public static class WellKnownSlots
{
    /// <summary>Descriptor of the control socket from <c>@yado CONTROL EXIT FLAGS</c>; -1: none.</summary>
    public static readonly Slot Control = new(0);

    /// <summary>Descriptor of the exit status file; -1: none.</summary>
    public static readonly Slot ExitFile = new(1);

    /// <summary>Flags from the command line: bit 0 = own namespaces always, bit 1 = the daemon here is told, if there is one.</summary>
    public static readonly Slot Flags = new(2);

    /// <summary>AT_SYSINFO_EHDR: where the kernel put this process's vdso; 0: none.</summary>
    public static readonly Slot Vdso = new(3);

    /// <summary>AT_EXECFN: address of the path by which the file was executed.</summary>
    public static readonly Slot ExecName = new(4);

    /// <summary>Where errors are written; 2 at first.</summary>
    public static readonly Slot ErrorDescriptor = new(5);

    /// <summary>Address of the environment's first pointer, as exec left it on the stack.</summary>
    public static readonly Slot Environment = new(6);

    /// <summary>First slot that plans may take.</summary>
    public const int FirstFree = 8;
}
