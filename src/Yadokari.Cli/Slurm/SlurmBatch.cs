using System.Globalization;

namespace Yadokari.Cli.Slurm;

/// <summary>The batch job that this process is part of, as Slurm's environment tells (sbatch(1), OUTPUT ENVIRONMENT VARIABLES).</summary>
/// <param name="Key">What squeue and scontrol call exactly this job: its number, or ARRAY_TASK. An array's own number would be all its tasks.</param>
/// <param name="Cluster">Name of the cluster; empty where Slurm does not tell.</param>
/// <param name="Run">How often the job was requeued before this run.</param>
/// <param name="SubmitDirectory">Where sbatch was called.</param>
internal sealed record SlurmBatch(string Key, string Cluster, int Run, string SubmitDirectory)
{
    /// <summary>Its name among the jobs whose state lies in one directory, also of several clusters.</summary>
    public string DirectoryName => Cluster.Length == 0 ? Key : $"{Cluster}-{Key}";

    /// <param name="variable">The environment.</param>
    /// <exception cref="CommandFailure">This is no batch job, or one of a kind that can't be saved.</exception>
    public static SlurmBatch Read(Func<string, string?> variable)
    {
        if (Number(variable, "SLURM_JOB_ID") is not { } job)
        {
            throw new CommandFailure(ExitStatus.WrongUsage, "this is no job of Slurm (there is no SLURM_JOB_ID): 'yado slurm run' stands in a batch script that sbatch was given; elsewhere use 'yado run'");
        }

        if (variable("SLURM_HET_SIZE") is not null)
        {
            throw new CommandFailure(ExitStatus.Failed, "a heterogeneous job is several jobs of Slurm at once and can't be saved as one; nothing was started");
        }

        if (Number(variable, "SLURM_STEP_NUM_TASKS") > 1)
        {
            throw new CommandFailure(ExitStatus.Failed, "a step of several tasks (srun) can't be saved as one program: call 'yado slurm run' once, without srun; nothing was started");
        }

        string cluster = variable("SLURM_CLUSTER_NAME") ?? "";
        if (!cluster.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') || cluster.StartsWith('.'))
        {
            throw new CommandFailure(ExitStatus.Failed, $"'{cluster}' is no name of a cluster (SLURM_CLUSTER_NAME); nothing was started");
        }

        return new SlurmBatch(
            Number(variable, "SLURM_ARRAY_JOB_ID") is { } array && Number(variable, "SLURM_ARRAY_TASK_ID") is { } task ? Invariant($"{array}_{task}") : Invariant($"{job}"),
            cluster,
            (int)(Number(variable, "SLURM_RESTART_COUNT") ?? 0),
            variable("SLURM_SUBMIT_DIR") is { Length: > 0 } directory ? directory : Environment.CurrentDirectory);
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static uint? Number(Func<string, string?> variable, string name) =>
        uint.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number <= int.MaxValue ? number : null;
}
