using System.Text.Json;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>What <c>yado ps</c> says of whether jobs can be moved.</summary>
public sealed class MovableColumnTests : IDisposable
{
    private readonly OwnDaemon _here = new();

    public void Dispose() => _here.Dispose();

    [Fact]
    public void A_list_tells_which_jobs_can_be_moved_and_what_keeps_the_others()
    {
        _here.Run("run", "--detach", "--name", "free", "--", "sleep", "1000").Succeeds();
        string ready = Path.Combine(_here.Files, "ready");
        // Four descriptors of one device, in two processes: one cause.
        _here.Run("run", "--detach", "--name", "kept", "--", "perl", "-e",
            $"open my $k, '<', '/dev/kmsg'; open my $l, '<', '/dev/kmsg'; fork; open my $f, '>', '{ready}'; close $f; sleep 1000;").Succeeds();
        Until.Holds(() => File.Exists(ready), () => "the program does not come up");

        Until.Holds(() => Movable("free") is true && Movable("kept") is false, () => _here.Run("ps", "--json").Output);

        Listed("kept").GetProperty("obstacles").EnumerateArray().ShouldHaveSingleItem().GetProperty("name").GetString().ShouldBe("device");
        string[] lines = _here.Run("ps").Succeeds().Output.Split('\n');
        lines[0].ShouldContain("MOVABLE");
        lines.ShouldContain(line => line.StartsWith("free ", StringComparison.Ordinal) && line.Contains(" yes ", StringComparison.Ordinal));
        lines.ShouldContain(line => line.StartsWith("kept ", StringComparison.Ordinal) && line.Contains(" device ", StringComparison.Ordinal));
    }

    private bool? Movable(string job) => Listed(job).TryGetProperty("movable", out JsonElement movable) ? movable.GetBoolean() : null;

    private JsonElement Listed(string job) => JsonDocument.Parse(_here.Run("ps", "--json").Succeeds().Output).RootElement.EnumerateArray()
        .Single(j => j.GetProperty("name").GetString() == job);
}
