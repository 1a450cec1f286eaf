using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>What <c>yado slurm run</c> does when something is not as it should be, without a Slurm.</summary>
public sealed class SlurmScriptTests : IDisposable
{
    private const int Long = 600;

    private const string Counting = "$YADO slurm run -- perl -e '$| = 1; while (1) { print ++$n, \"\\n\"; exit 5 if -e \"enough\"; select undef, undef, undef, 0.05 }' > out; echo \"went on with $?\"";

    private readonly SlurmScript _script = new();

    public void Dispose() => _script.Dispose();

    [Fact]
    public void Outside_a_job_it_is_wrong_usage() =>
        Yado.Run(new Dictionary<string, string> { ["SLURM_JOB_ID"] = "" }, "slurm", "run", "--", "true").Refuses(2, "sbatch");

    [Theory]
    [InlineData("echo input | $YADO slurm run -- cat > out", "standard input is a pipe")]
    [InlineData("$YADO slurm run -- echo begun", "standard output is a pipe")]
    [InlineData("SLURM_STEP_NUM_TASKS=2 $YADO slurm run -- touch out > /dev/null", "several tasks")]
    [InlineData("SLURM_HET_SIZE=2 $YADO slurm run -- touch out > /dev/null", "heterogeneous")]
    [InlineData("$YADO slurm run --dir /proc/none -- touch out > /dev/null", "can't be made")]
    [InlineData("mkdir -p .yado-slurm/lab-12; chmod 777 .yado-slurm/lab-12; $YADO slurm run -- touch out > /dev/null", "nobody else may write")]
    [InlineData("mkdir -p .yado-slurm/lab-12; echo '{}' > .yado-slurm/lab-12/state.json; $YADO slurm run -- touch out > /dev/null", "damaged")]
    public void What_could_not_be_saved_is_refused_before_anything_starts(string script, string reason)
    {
        Ending ending = _script.Run(0, Long, script);

        ending.Refuses(1, reason, "nothing was started");
        ending.Output.ShouldBeEmpty();
        (File.Exists(_script.File_("out")) ? File.ReadAllText(_script.File_("out")) : "").ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false, true, "sbatch --requeue")]
    [InlineData(true, false, "no batch job")]
    public void A_job_that_may_not_be_requeued_is_refused(bool isRequeued, bool isBatch, string reason)
    {
        _script.MayBeRequeued(isRequeued, isBatch);

        _script.Run(0, Long, "$YADO slurm run -- touch out > /dev/null").Refuses(1, reason);
    }

    [Fact]
    public void A_saved_program_is_requeued_once_its_script_does_not_go_on_and_the_next_run_does()
    {
        SaveCounting();

        File.WriteAllText(_script.File_("enough"), "");
        Ending second = _script.Run(1, Long, Counting);

        second.Output.ShouldBe("went on with 5\n");
        second.Errors.ShouldBeEmpty();
        IsWhole();
        Directory.GetFiles(_script.Saved).Select(Path.GetFileName).Order().ShouldBe(["lock", "state.json"]);
        // A node that fails later makes the job begin again: what has ended is not done twice.
        File.Delete(_script.File_("enough"));
        _script.Run(2, Long, Counting.Replace("> out", ">> out", StringComparison.Ordinal)).Output.ShouldBe("went on with 5\n");
        IsWhole();
    }

    [Fact]
    public void A_file_that_is_not_the_one_that_was_saved_is_refused_and_the_true_one_still_goes_on()
    {
        SaveCounting();
        string context = Directory.GetFiles(_script.Saved, "*.ctx").ShouldHaveSingleItem();
        byte[] saved = File.ReadAllBytes(context);

        File.WriteAllBytes(context, saved[..^5000]);
        Refuses(1, Counting, context);
        File.WriteAllBytes(context, [.. saved[..5000], (byte)(saved[5000] ^ 1), .. saved[5001..]]);
        Refuses(2, Counting, context);
        File.Delete(context);
        Refuses(3, Counting, context);
        using (Process other = Process.Start("/bin/sleep", "1000"))
        {
            Yado.Run(Yado.NoVariables, "checkpoint", $"{other.Id}", "-o", context).Succeeds();
            other.WaitForExit();
        }
        Refuses(4, Counting, "not the file that was saved");
        Refuses(5, "$YADO slurm run -- touch out > /dev/null", "call 1");
        // The job's number was another job's once: this one was never requeued, or began at another time.
        Refuses(0, Counting, "had the same number");
        Refuses(4, Counting, "had the same number", "77");

        File.WriteAllBytes(context, saved);
        File.WriteAllText(_script.File_("enough"), "");
        _script.Run(6, Long, Counting).Output.ShouldBe("went on with 5\n");
        IsWhole();
    }

    [Fact]
    public void Two_at_once_are_refused_and_a_signal_saves_the_one_that_runs()
    {
        using Process first = _script.Start(0, Long, Counting);
        Until.Holds(() => HasSteps(10), () => "it does not run");
        File.Copy(_script.File_("script"), _script.File_("first"));
        using (Process second = _script.Start(0, Long, "exec 2> \"$TOLD/second\"; cat \"$TOLD/first\" > \"$TOLD/script\"; $YADO slurm run -- touch out > /dev/null"))
        {
            second.WaitForExit();
            second.ExitCode.ShouldBe(1);
            File.ReadAllText(_script.File_("second")).ShouldStartWith("yado: another 'yado slurm run' of this job");
        }

        Yado.RunProgram(Yado.NoVariables, ["pkill", "-USR1", "-P", File.ReadAllText(_script.File_("script")).Trim()]).Succeeds();
        first.WaitForExit();

        _script.Requeued.ShouldBe("12\n");
        File.WriteAllText(_script.File_("enough"), "");
        _script.Run(1, Long, Counting).Output.ShouldBe("went on with 5\n");
        IsWhole();
    }

    [Fact]
    public void What_is_in_the_way_is_said_and_the_program_runs_on_to_its_end()
    {
        using TcpListener outside = new(IPAddress.Loopback, 0);
        outside.Start();
        int port = ((IPEndPoint)outside.LocalEndpoint).Port;

        using Process run = _script.Start(0, 10,
            $"$YADO slurm run -- perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(\"127.0.0.1:{port}\") or die; select undef, undef, undef, 0.05 until -e \"enough\"; exit 9' > out; echo $?");
        Until.Holds(
            () => _script.Said.Contains("was not touched:\n  tcp-connection", StringComparison.Ordinal), () => $"it does not say what is in the way: {_script.Said}");
        File.WriteAllText(_script.File_("enough"), "");

        run.StandardOutput.ReadToEnd().ShouldBe("9\n");
        _script.Requeued.ShouldBeEmpty();
    }

    /// <summary>Lets the first run come to the end of its time: job 12 is saved and requeued.</summary>
    private void SaveCounting()
    {
        using Process first = _script.Start(0, Long, Counting.Replace("slurm run", "slurm run --ahead 597s", StringComparison.Ordinal));
        string said = first.StandardOutput.ReadToEnd();
        first.WaitForExit();
        said.ShouldBeEmpty("the script must not go on");
        _script.Said.ShouldBeEmpty();
        _script.Requeued.ShouldBe("12\n");
        HasSteps(1).ShouldBeTrue();
    }

    private void Refuses(int run, string script, string reason, string? begin = null)
    {
        Ending ending = _script.Run(run, Long, script, begin);
        ending.Errors.ShouldContain(reason);
        ending.Errors.TrimEnd('\n').ShouldNotContain("\n");
        _script.Requeued.ShouldBe("12\n");
    }

    private bool HasSteps(int count) => File.Exists(_script.File_("out")) && File.ReadAllLines(_script.File_("out")).Length >= count;

    private void IsWhole()
    {
        string[] lines = File.ReadAllLines(_script.File_("out"));
        lines.Length.ShouldBeGreaterThan(1);
        lines.ShouldBe(Enumerable.Range(1, lines.Length).Select(n => FormattableString.Invariant($"{n}")));
    }
}
