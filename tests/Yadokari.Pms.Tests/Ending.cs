namespace Yadokari.Pms.Tests;

/// <summary>How a program ended and what it wrote.</summary>
internal sealed record Ending(int Status, string Output, string Errors)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
