using Yadokari.Linux;

namespace Yadokari.Engine.Restore;

/// <summary>One step of a restore plan.</summary>
public sealed class Operation
{
    public required OperationKind Kind { get; init; }

    /// <summary>System call number, condition, or exit status, as the kind says.</summary>
    public int Number { get; init; }

    public Argument[] Arguments { get; init; } = [];

    /// <summary>Where the result goes; null: nowhere.</summary>
    public Slot? Result { get; init; }

    public OnError OnError { get; set; }

    /// <summary>Where a jump, a clone's child, or an error goes on.</summary>
    public PlanLabel? Target { get; set; }

    /// <summary>What to say when it fails, without the error's own text; null: the system call's name.</summary>
    public DataReference? Message { get; set; }

    /// <summary>The system call when <see cref="Kind"/> is Call or Clone.</summary>
    public SystemCall SystemCall => (SystemCall)Number;
}
