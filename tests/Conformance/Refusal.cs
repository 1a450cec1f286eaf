using Shouldly;

namespace Yadokari.Conformance;

/// <summary>How the tool says no: one line, the right status, never a stack trace.</summary>
internal static class Refusal
{
    public static void ShouldBeOneClearLine(this (Ending Ending, string Said) answer, int status, params string[] words)
    {
        answer.ShouldSayNo(status, words);
        answer.Said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(1, $"one line, not: {answer.Said}");
    }

    /// <summary>For what is lacking, which may be a list.</summary>
    public static void ShouldSayNo(this (Ending Ending, string Said) answer, int status, params string[] words)
    {
        answer.Ending.ShouldBe(new Ending(false, status), answer.Said);
        answer.Said.ShouldNotContain("   at ");
        answer.Said.ShouldNotContain("Exception");
        foreach (string word in words)
        {
            answer.Said.ShouldContain(word, Case.Insensitive);
        }
    }
}
