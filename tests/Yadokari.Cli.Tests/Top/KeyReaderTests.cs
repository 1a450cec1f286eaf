using System.Text;
using Shouldly;
using Xunit;
using Yadokari.Cli.Top;

namespace Yadokari.Cli.Tests.Top;

public sealed class KeyReaderTests
{
    [Theory]
    [InlineData("\e[A", TopKeyKind.Up)]
    [InlineData("\eOA", TopKeyKind.Up)]
    [InlineData("\e[B", TopKeyKind.Down)]
    [InlineData("\e[5~", TopKeyKind.PageUp)]
    [InlineData("\e[6~", TopKeyKind.PageDown)]
    [InlineData("\e[H", TopKeyKind.Home)]
    [InlineData("\e[4~", TopKeyKind.End)]
    [InlineData("\r", TopKeyKind.Enter)]
    [InlineData("\n", TopKeyKind.Enter)]
    [InlineData("\u007f", TopKeyKind.Backspace)]
    [InlineData("\e[1;5C", TopKeyKind.Other)]
    [InlineData("\u0001", TopKeyKind.Other)]
    [InlineData("\u0085", TopKeyKind.Other)]
    [InlineData("\u202e", TopKeyKind.Other)]
    public void A_key_is_what_a_terminal_sends_for_it(string sent, TopKeyKind kind) => Read(sent).ShouldBe([new TopKey(kind)]);

    [Fact]
    public void Text_comes_by_characters_of_any_script() =>
        Read("aé貝🐚").ShouldBe([TopKey.Typed("a"), TopKey.Typed("é"), TopKey.Typed("貝"), TopKey.Typed("🐚")]);

    [Theory]
    [InlineData("\e[6~")]
    [InlineData("貝")]
    public void A_key_that_comes_in_pieces_is_one(string sent)
    {
        KeyReader reader = new();
        byte[] bytes = Encoding.UTF8.GetBytes(sent);
        foreach (byte piece in bytes[..^1])
        {
            reader.Read([piece]).ShouldBeEmpty();
            reader.IsHalf.ShouldBeTrue();
        }

        reader.Read([bytes[^1]]).Count.ShouldBe(1);
        reader.IsHalf.ShouldBeFalse();
    }

    [Fact]
    public void Escape_is_a_key_when_nothing_follows()
    {
        KeyReader reader = new();
        reader.Read([0x1b]).ShouldBeEmpty();
        reader.Flush().ShouldBe([new TopKey(TopKeyKind.Escape)]);
        Read("\eq").ShouldBe([new TopKey(TopKeyKind.Escape), TopKey.Typed("q")]);
    }

    [Fact]
    public void What_is_no_text_and_no_key_does_nothing_and_ends()
    {
        KeyReader reader = new();
        reader.Read([0xff, 0x80, 0xc3, 0x28, (byte)'q'])[^1].ShouldBe(TopKey.Typed("q"));
        reader.Read(Encoding.ASCII.GetBytes("\e[" + new string('1', 100)));
        reader.IsHalf.ShouldBeFalse();
    }

    private static IReadOnlyList<TopKey> Read(string text) => new KeyReader().Read(Encoding.UTF8.GetBytes(text));
}
