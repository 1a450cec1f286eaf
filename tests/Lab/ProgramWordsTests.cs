using System.Text;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>What follows a program's name is the program's: no option, no response file, no word of it is yado's.</summary>
public sealed class ProgramWordsTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    /// <summary>Prints its words with their lengths, so that nothing can hide.</summary>
    private const string Echo = "printf 'begin\\n'; for w do printf '%s:<%s>\\n' ${#w} \"$w\"; done";

    private static readonly string[] Nasty =
    [
        "-nr", "-n", "NAME", "--name", "other", "--name=x", "-d", "--detach", "--host", "h9", "--help", "-h", "-?", "--version", "--verbose",
        "--", "a", "--", "", " ", "a b", "@words", "@/etc/hostname", "@", "[suggest]", "[parse]", "$HOME", "*", "'", "\"", "\\", "a\nb", "\t", "\u0001x", "ünïcödé",
        "--every=1s", "-e", "A=B", "-dn", "x=y", "/x:y", "run", "lab", "true", "false", "-1", "--=",
    ];

    [Theory]
    [InlineData("run")]
    [InlineData("run", "--")]
    [InlineData("run", "--name", "words", "--")]
    [InlineData("run", "-nwords")]
    [InlineData("run", "--host", "h2")]
    public void A_jobs_program_gets_its_words_as_they_were_typed(params string[] before)
    {
        hosts.YadoOn("h1", [.. before, "sh", "-c", Echo, "sh", .. Nasty]).Succeeds().Output.ShouldBe(Expected(Nasty));
    }

    [Theory]
    [InlineData]
    [InlineData("--")]
    public void A_command_on_a_lab_host_gets_its_words_as_they_were_typed(params string[] before)
    {
        hosts.On("h1", [.. before, "sh", "-c", Echo, "sh", .. Nasty]).Succeeds().Output.ShouldBe(Expected(Nasty));
    }

    [Fact]
    public void Options_before_the_program_are_yados()
    {
        hosts.YadoOn("h1", "run", "-dn", "bundled", "true").Succeeds().Output.ShouldBe("bundled\n");
        hosts.YadoOn("h1", "run", "-d", "true").Succeeds().Output.ShouldBe("true\n");
        hosts.YadoOn("h1", "run", "--detach", "--name=equals", "--", "-odd", "x").Refuses(4, "-odd");
        hosts.YadoOn("h1", "run", "-x", "true").Refuses(2, "unknown option '-x'");
    }

    [Fact]
    public void A_word_that_is_not_UTF_8_is_refused_and_not_changed()
    {
        hosts.On("h1", "sh", "-c", "yado run -- echo \"$(printf 'a\\377b')\"").Refuses(2, "argument 1 of the program is not UTF-8");
        hosts.YadoOn("h1", "run", "--", "echo", "\uFFFD").Succeeds().Output.ShouldBe("\uFFFD\n");
    }

    private static string Expected(IEnumerable<string> words) =>
        "begin\n" + string.Concat(words.Select(w => $"{Encoding.UTF8.GetByteCount(w)}:<{w}>\n"));
}
