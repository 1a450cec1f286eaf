using System.Text.Json;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Jobs that move through a directory that both hosts see: nothing is sent, and nothing is left there.</summary>
public sealed class SharedDirectoryTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    private const UnixFileMode OwnOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Fact]
    public void A_job_goes_there_and_back_through_it_and_its_output_is_as_it_would_have_been()
    {
        string directory = Make("shared", OwnOnly);
        string enough = hosts.File_("enough");
        hosts.Start("h1", "counts", "perl", "-e", "$| = 1; my @m = (1) x 1e6; for (1 .. 4000) { $m[$_ * 7 % 1e6] += $_; print \"$_\\n\"; select undef, undef, undef, 0.001 } "
            + "select undef, undef, undef, 0.01 until -e $ARGV[0]; print scalar(grep { $_ > 1 } @m), \"\\n\"", enough);

        for (int hop = 0; hop < 4; hop++)
        {
            JsonElement report = JsonDocument.Parse(
                hosts.YadoOn("h1", "move", "counts", hop % 2 == 0 ? "h2" : "h1", "--via", directory, "--json").Succeeds().Output).RootElement;
            report.GetProperty("via").GetString().ShouldBe(directory);
            Until.Holds(() => !Directory.EnumerateFileSystemEntries(directory).Any(), () => $"a file is left in {directory}");
        }

        File.WriteAllText(enough, "");
        hosts.YadoOn("h1", "wait", "counts").Succeeds();
        hosts.YadoOn("h1", "logs", "counts").Succeeds().Output.ShouldBe(string.Concat(Enumerable.Range(1, 4000).Select(n => $"{n}\n")) + "4000\n");
    }

    [Theory]
    [InlineData("absent", null, "is no directory here")]
    [InlineData("open", (UnixFileMode)0x1FF, "everybody may write")]
    public void A_directory_that_does_not_serve_is_told_and_the_job_runs_on_where_it_was(string name, UnixFileMode? mode, string said)
    {
        string directory = mode is { } made ? Make(name, made) : hosts.File_(name);
        hosts.Start("h1", name, "sleep", "1000");

        hosts.YadoOn("h1", "move", name, "h2", "--via", directory).Refuses(2, said);

        RunsOn("h1", name);
    }

    /// <summary>Another file system lies over it on the target.</summary>
    [Fact]
    public void A_directory_that_only_has_the_same_name_on_the_target_is_found_out()
    {
        string directory = Make("namesake", OwnOnly);
        hosts.On("h2", "mount", "-t", "tmpfs", "-o", "mode=700", "none", directory).Succeeds();
        hosts.Start("h1", "namesake", "sleep", "1000");

        hosts.YadoOn("h1", "move", "namesake", "h2", "--via", directory).Refuses(5, "host h2 can't take it through");

        RunsOn("h1", "namesake");
        Directory.EnumerateFileSystemEntries(directory).ShouldBeEmpty();
    }

    private string Make(string name, UnixFileMode mode)
    {
        string directory = hosts.File_(name);
        Directory.CreateDirectory(directory);
        File.SetUnixFileMode(directory, mode);
        return directory;
    }

    private void RunsOn(string host, string job)
    {
        JsonElement known = hosts.Job(host, job);
        known.GetProperty("host").GetString().ShouldBe(host);
        known.GetProperty("state").GetString().ShouldBe("running");
        hosts.YadoOn(host, "kill", job).Succeeds();
    }
}
