namespace Yadokari.Engine.Restore;

/// <summary>What the interpreter can do. The numbers are part of the context-file format.</summary>
public enum OperationKind : byte
{
    /// <summary>A system call; the result goes to the result slot.</summary>
    Call = 0,

    /// <summary>A system call that returns twice (clone3): the child goes on at the target.</summary>
    Clone = 1,

    /// <summary>Go on at the target.</summary>
    Jump = 2,

    /// <summary>Go on at the target when argument 0 compares with argument 1 as <see cref="Condition"/> (in Number) says.</summary>
    JumpIf = 3,

    /// <summary>Result = 1 when the bytes at argument 0 and argument 1 are equal for argument 2 bytes, else 0.</summary>
    MemoryEqual = 4,

    /// <summary>Reads argument 2 bytes of descriptor argument 0 at file offset argument 3 to address argument 1,
    /// and compares their checksum (<see cref="Checksum.OfSegment"/>) with argument 4. Argument 5: a <see cref="ReadBuffer"/>.</summary>
    ReadChecked = 5,

    /// <summary>Waits until the 32-bit counter at argument 0 is at least argument 1 (futex). Goes to the target when the
    /// error word of the shared page (argument 2) is set.</summary>
    WaitCount = 6,

    /// <summary>Adds 1 to the 32-bit counter at argument 0 and wakes whoever waits for it.</summary>
    Count = 7,

    /// <summary>Prints the message and ends the process; Number is the exit status.</summary>
    Fail = 8,

    /// <summary>Ends a batch in a tracee: goes on at the address in the header (<see cref="RegionLayout.HeaderBreak"/>).</summary>
    Break = 9,

    /// <summary>Reaps children and passes signals on until child argument 0 has ended; result = its wait status.</summary>
    Reap = 10,

    /// <summary>Appends argument 1 as a signed decimal number at the address in the slot at argument 0 and moves that on.</summary>
    AppendDecimal = 11,

    /// <summary>Appends argument 2 bytes from argument 1 at the address in the slot at argument 0 and moves that on.</summary>
    AppendBytes = 12,

    /// <summary>Result = the next signed decimal number at the address in the slot at argument 0, which moves behind it.</summary>
    ParseDecimal = 13,

    /// <summary>Result = argument 0 + argument 1.</summary>
    Add = 14,

    /// <summary>Result = argument 0 - argument 1.</summary>
    Subtract = 15,

    /// <summary>Result = 1 when CPUID leaf argument 0, subleaf argument 1, register argument 2 (0 eax … 3 edx) has all bits
    /// of argument 3, else 0.</summary>
    CpuId = 16,

    /// <summary>Stores argument 1 as 8 bytes at address argument 0.</summary>
    Store64 = 17,

    /// <summary>Stores argument 1 as 4 bytes at address argument 0.</summary>
    Store32 = 18,

    /// <summary>Ends this process as the wait status argument 0 says: same exit status, or killed by the same signal.</summary>
    ExitAs = 19,

    /// <summary>Result = the 4 bytes (zero extended) at address argument 0.</summary>
    Load32 = 20,

    /// <summary>Result = argument 0 and (bitwise) argument 1.</summary>
    And = 21,

    /// <summary>Result = the 8 bytes at address argument 0.</summary>
    Load64 = 22,

    /// <summary>Result = 1 when descriptor argument 0 holds from offset argument 3 the same argument 2 bytes (a multiple of 8) as
    /// descriptor argument 1 from offset argument 4, where zeros follow the end of the second; else 0, also when one can't be
    /// read. Argument 5: room for two <see cref="ReadBuffer"/>s.</summary>
    SameBytes = 23,

    /// <summary>Goes on in another plan in the same memory: argument 0 is the base of its region, with the same code, argument 1 the
    /// number of its operation.</summary>
    Enter = 24,
}
