using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;
using Yadokari.Engine.Context;

namespace Yadokari.Engine.Tests.Context;

public class HostNeedsTests
{
    private static HostNeeds Some => new()
    {
        CpuFeatures = ["sse4_2"],
        XsaveComponents = [],
        User = 0,
        Needs = [new HostNeed(HostNeedKind.OpenFile, "/nowhere/at/all", 3), new HostNeed(HostNeedKind.WorkingDirectory, "/")],
    };

    [Fact]
    public void What_was_written_is_read() => HostNeeds.Read(Some.ToBytes()).Needs.ShouldBe(Some.Needs);

    [Fact]
    public void What_is_missing_is_found() => Some.FindMissing().Select(m => m.Name).ShouldContain("missing-file");

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    public void Anything_else_is_refused(string text) => Should.Throw<InvalidDataException>(() => HostNeeds.Read(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("Path", "\"relative\"")]
    [InlineData("Path", "\"\"")]
    [InlineData("Path", "\"/with/\\u0000zero\"")]
    [InlineData("Path", "null")]
    [InlineData("Kind", "99")]
    [InlineData("Kind", "7")] // travels, and nobody says where to
    [InlineData("Kind", "9")] // a socket that is none
    [InlineData("Kind", "10")]
    public void A_need_that_can_not_be_is_refused(string property, string value)
    {
        JsonNode all = JsonNode.Parse(Some.ToBytes())!;
        all["Needs"]![0]![property] = JsonNode.Parse(value);
        Should.Throw<InvalidDataException>(() => HostNeeds.Read(Encoding.UTF8.GetBytes(all.ToJsonString())));
    }

    [Fact]
    public void More_than_the_bound_is_refused() =>
        Should.Throw<InvalidDataException>(() => HostNeeds.Read(new byte[HostNeeds.MaxLength + 1]));
}
