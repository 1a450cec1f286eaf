namespace Yadokari.Engine.Restore;

/// <summary>Comparison of a <see cref="OperationKind.JumpIf"/>; signed. The numbers are part of the context-file format.</summary>
public enum Condition
{
    Equal = 0,
    NotEqual = 1,
    Less = 2,
    GreaterOrEqual = 3,
}
