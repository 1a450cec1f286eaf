using Yadokari.Cli.Explain;

namespace Yadokari.Cli.Checking;

/// <summary>An obstacle or a refusal, with what helps.</summary>
/// <param name="Name">As <c>yado explain</c> knows it.</param>
/// <param name="Do">Null: nothing is known; it was said by another version.</param>
public sealed record Advice(string Name, string Detail, string? Do)
{
    public static Advice Of(string name, string detail) => new(name, detail, Explanations.Find(name)?.Do);
}
