namespace Yadokari.Engine.Tests.Restore;

/// <summary>How a plan's process ended and what it left.</summary>
/// <param name="WaitStatus">As wait(2) tells it.</param>
/// <param name="Output">What it wrote to descriptor 1.</param>
/// <param name="Errors">What it wrote to descriptor 2.</param>
internal sealed record PlanEnding(int WaitStatus, byte[] Output, string Errors)
{
    public int ExitStatus => Signal == 0 ? WaitStatus >> 8 & 0xff : throw new InvalidOperationException($"killed by signal {Signal}: {Errors}");

    public int Signal => WaitStatus & 0x7f;
}
