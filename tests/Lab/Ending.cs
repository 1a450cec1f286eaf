using Shouldly;

namespace Yadokari.LabTests;

/// <summary>How a command ended and what it said.</summary>
internal sealed record Ending(int Status, string Output, string Errors)
{
    /// <summary>It did what was asked.</summary>
    public Ending Succeeds()
    {
        Status.ShouldBe(0, Errors);
        return this;
    }

    /// <summary>It refused: this status, and one line on standard error, or one and a list below it.</summary>
    public Ending Refuses(int status, params IReadOnlyList<string> parts)
    {
        Status.ShouldBe(status, Output + Errors);
        string[] lines = Errors.TrimEnd('\n').Split('\n');
        lines[0].ShouldStartWith("yado: ");
        lines.Skip(1).ShouldAllBe(line => line.StartsWith("  ", StringComparison.Ordinal));
        foreach (string part in parts)
        {
            Errors.ShouldContain(part);
        }

        Errors.ShouldNotContain("   at ");
        return this;
    }
}
