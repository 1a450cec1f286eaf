namespace Yadokari.Engine.Restore;

/// <summary>A numbered 8-byte variable of the plan; results of operations go there and later operations use them.
/// Processes have copies of their own after a fork; threads share them.</summary>
public readonly record struct Slot(int Index)
{
    public override string ToString() => $"${Index}";
}
