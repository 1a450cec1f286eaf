namespace Yadokari.Carry;

/// <summary>A header that can't be used; every reason that was found.</summary>
public sealed class HeaderException(params IReadOnlyList<Finding> findings) : Exception(findings[0].Message)
{
    public IReadOnlyList<Finding> Findings { get; } = findings;
}
