using System.Globalization;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;
using Yadokari.Conformance;

namespace Yadokari.LabTests;

/// <summary>Programs in batch jobs of a real Slurm, as docs/slurm.md says.</summary>
public sealed partial class SlurmTests(SlurmCluster slurm) : IClassFixture<SlurmCluster>
{
    [SkippableFact]
    public void A_job_whose_work_takes_three_times_its_limit_ends_with_the_right_output()
    {
        SlurmCluster.Require();
        // A minute is the shortest limit there is. Usually the program is saved when ten seconds of it are over, so that three times
        // that are over soon; the long form lets it have its time.
        (int lines, string options) = Soak.IsOn ? (1900, "") : (120, "--ahead 50s");
        File.WriteAllLines(slurm.JobFile("limit.in"), Input(lines));

        string job = slurm.Submit("limit.sh", $"""
            echo $SLURMD_NODENAME >> limit.nodes
            {Yado.Program} slurm run {options} -- perl {slurm.File_("reader.pl")} 0.1 7 limit.enough < limit.in
            """, "--time=1", "--output=limit.out", "--error=limit.err");
        Until.Holds(() => slurm.Read("limit.nodes").Length > 0, () => $"it does not begin: {slurm.Show(job)}");
        string node = slurm.Read("limit.nodes").Trim();
        // It has to go elsewhere.
        slurm.Ask("scontrol", "update", $"NodeName={node}", "State=DRAIN", "Reason=test").Succeeds();
        slurm.Await(job, said => Restarts(said) >= 2 || said.Contains("JobState=FAILED", StringComparison.Ordinal));
        File.WriteAllText(slurm.JobFile("limit.enough"), "");
        string end = slurm.End(job);
        slurm.Ask("scontrol", "update", $"NodeName={node}", "State=RESUME").Succeeds();

        end.ShouldContain("ExitCode=7:0");
        Restarts(end).ShouldBeGreaterThanOrEqualTo(2);
        Complaints("limit.err").ShouldBeEmpty();
        slurm.Read("limit.nodes").Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..].ShouldAllBe(n => n != node);
        // Slurm itself empties the file each time that the job begins (--open-mode=truncate).
        IsWhole(slurm.Read("limit.out"), lines);
        Directory.GetFiles(slurm.JobFile(".yado-slurm"), "*.ctx", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [SkippableFact]
    public void Each_task_of_an_array_goes_on_for_itself_and_what_had_ended_is_not_done_again()
    {
        SlurmCluster.Require();
        const int lines = 120;
        File.WriteAllLines(slurm.JobFile("array.in"), Input(lines));

        string array = slurm.Submit("array.sh", $"""
            {Yado.Program} slurm run -- sh -c 'echo once >> array.once.$0; exit 3' $SLURM_ARRAY_TASK_ID >/dev/null
            echo first $? >> array.first.$SLURM_ARRAY_TASK_ID
            exec {Yado.Program} slurm run -- perl {slurm.File_("reader.pl")} 0.1 0 array.enough < array.in >> array.out.$SLURM_ARRAY_TASK_ID
            """, "--array=0-1", "--time=10", "--output=array.log.%a");
        string[] tasks = [$"{array}_0", $"{array}_1"];
        Until.Holds(() => tasks.All(t => slurm.Read("array.out" + t[^2..].Replace('_', '.')).Split('\n').Length > 10), () => $"they do not run: {slurm.Show(array)}");
        foreach (string task in tasks)
        {
            // Slurm sends it ahead of the limit where sbatch is given --signal=B:USR1@60.
            slurm.AsUser("scancel", "--batch", "--signal=USR1", task).Succeeds();
        }

        foreach (string task in tasks)
        {
            slurm.Await(task, said => Restarts(said) == 1);
        }

        File.WriteAllText(slurm.JobFile("array.enough"), "");

        foreach (string task in tasks)
        {
            string end = slurm.End(task);
            end.ShouldContain("JobState=COMPLETED");
            Restarts(end).ShouldBe(1);
            string number = task[^1..];
            slurm.Read($"array.once.{number}").ShouldBe("once\n");
            slurm.Read($"array.first.{number}").ShouldBe("first 3\nfirst 3\n");
            IsWhole(slurm.Read($"array.out.{number}"), lines);
            Complaints($"array.log.{number}").ShouldBeEmpty();
        }
    }

    [SkippableFact]
    public void A_preempted_job_is_saved_within_its_grace_and_a_cancelled_one_ends()
    {
        SlurmCluster.Require();
        const int lines = 120;
        File.WriteAllLines(slurm.JobFile("grace.in"), Input(lines));
        string job = slurm.Submit("grace.sh", $"""
            {Yado.Program} slurm run --ask 2s --ahead 50s --dir saved -- perl {slurm.File_("reader.pl")} 0.1 0 grace.enough < grace.in >> grace.out
            """, "--time=30", "--output=grace.log", "--nodelist=n1");
        Until.Holds(() => slurm.Read("grace.out").Split('\n').Length > 10, () => $"it does not run: {slurm.Show(job)}");

        string urgent = slurm.Submit("urgent.sh", "true\n", "--partition=urgent", "--nodelist=n1", "--time=5", "--output=urgent.log");
        slurm.End(urgent).ShouldContain("JobState=COMPLETED");
        File.WriteAllText(slurm.JobFile("grace.enough"), "");
        string end = slurm.End(job);

        end.ShouldContain("JobState=COMPLETED");
        Restarts(end).ShouldBe(1);
        IsWhole(slurm.Read("grace.out"), lines);

        string cancelled = slurm.Submit("cancel.sh", $"{Yado.Program} slurm run --dir saved -- sh -c 'echo runs; exec sleep 1000'\n", "--time=30", "--output=cancel.out");
        Until.Holds(() => slurm.Read("cancel.out") == "runs\n", () => $"it does not run: {slurm.Show(cancelled)}");
        slurm.AsUser("scancel", cancelled).Succeeds();
        slurm.End(cancelled).ShouldContain("JobState=CANCELLED");
        Directory.GetFiles(slurm.JobFile("saved"), "*.ctx", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    /// <summary>Longer, together, than what is read at once.</summary>
    private static IEnumerable<string> Input(int lines) => Enumerable.Range(1, lines).Select(n => $"{n} {new string((char)('a' + n % 26), 150)}");

    /// <summary>Every line once, in its order, by one process.</summary>
    private static void IsWhole(string output, int lines)
    {
        string pid = Pid().Match(output) is { Success: true } first ? first.Groups[1].Value : throw new ShouldAssertException($"nothing was written: {output}");
        output.ShouldBe(string.Concat(Input(lines).Select((line, n) => $"{n + 1} {pid} {line}\n")));
    }

    private static int Restarts(string said) => Restarted().Match(said) is { Success: true } found ? int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    /// <summary>What was said by anyone but Slurm, which says that a job is requeued.</summary>
    private string[] Complaints(string name) => [.. slurm.Read(name).Split('\n').Where(l => l.Length > 0 && !l.StartsWith("slurmstepd", StringComparison.Ordinal))];

    [GeneratedRegex(@"^1 (\d+) ")]
    private static partial Regex Pid();

    [GeneratedRegex(@"\bRestarts=(\d+)")]
    private static partial Regex Restarted();
}
