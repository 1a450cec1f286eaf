using System.Text.Json;
using Shouldly;
using Xunit;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Tests.Api;

public sealed class ProtocolJsonTests
{
    private static readonly JobInfo Job = new()
    {
        Id = "j1",
        Name = "work",
        Host = "a",
        State = JobState.Moved,
        Arguments = ["x"],
        Uid = 3,
        Started = DateTimeOffset.UnixEpoch,
        Epoch = 2,
        Streams = JobStreams.Inherit,
        Signal = 9,
        MovedTo = "b",
        MovedToAddress = "127.0.0.1:1",
    };

    [Fact]
    public void A_progress_line_is_read_as_it_was_written()
    {
        MoveProgress line = new()
        {
            Phase = MovePhase.Released,
            Round = 2,
            Bytes = 3,
            Total = 4,
            Report = new MoveReport(Job, 5, 6, 7, 8.5, 9.5),
        };
        string json = JsonSerializer.Serialize(line, ProtocolJson.Default.MoveProgress);

        MoveProgress read = JsonSerializer.Deserialize(json, ProtocolJson.Default.MoveProgress)!;

        json.ShouldNotContain("\n");
        JsonSerializer.Serialize(read, ProtocolJson.Default.MoveProgress).ShouldBe(json);
        read.Report!.Job.State.ShouldBe(JobState.Moved);
        read.Report.Job.ShellStatus.ShouldBe(137);
    }

    [Fact]
    public void Words_are_camel_case_and_never_numbers()
    {
        JsonSerializer.Serialize(Job, ProtocolJson.Default.JobInfo).ShouldContain("\"state\":\"moved\"");
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize("""{"moveId":"a","phase":5,"verdict":"commit"}""", ProtocolJson.Default.MoveStatus));
    }

    [Theory]
    [InlineData("""{"arguments":["a"]}""")]
    [InlineData("""{"arguments":null,"environment":[],"workingDirectory":"/"}""")]
    [InlineData("""[]""")]
    [InlineData("""{"arguments":["a"],"environment":[],"workingDirectory":"/","streams":"sideways"}""")]
    public void What_is_no_request_is_not_read(string json) =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize(json, ProtocolJson.Default.StartJob));

    [Fact]
    public void An_error_keeps_its_obstacles()
    {
        ErrorBody body = new("no", 3, [new ObstacleInfo("tcp-connection", "descriptor 4")]);

        ErrorBody read = JsonSerializer.Deserialize(JsonSerializer.Serialize(body, ProtocolJson.Default.ErrorBody), ProtocolJson.Default.ErrorBody)!;

        read.Obstacles.ShouldBe(body.Obstacles);
        read.ExitStatus.ShouldBe(3);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1:1991")]
    [InlineData("127.0.0.1:7", "127.0.0.1:7")]
    [InlineData("[::1]:7", "[::1]:7")]
    public void An_address_has_the_well_known_port_unless_it_says_another(string text, string expected) =>
        Yadokari.Protocol.Client.ApiConnection.ParseAddress(text).ToString().ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("example.org")]
    [InlineData("127.0.0.1:99999")]
    [InlineData("127.0.0.1:x")]
    public void What_is_no_address_is_wrong_usage(string text) =>
        Should.Throw<YadoException>(() => Yadokari.Protocol.Client.ApiConnection.ParseAddress(text)).ExitStatus.ShouldBe(2);
}
