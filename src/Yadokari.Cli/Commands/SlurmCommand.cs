using System.CommandLine;
using Yadokari.Cli.Slurm;
using Yadokari.Engine.Checkpointing;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado slurm</c>: programs in batch jobs of Slurm.</summary>
public static class SlurmCommand
{
    /// <summary>Where the directories of jobs are, in the directory from which the job was submitted.</summary>
    private const string UsualDirectory = ".yado-slurm";

    private static readonly TimeSpan UsualAsk = TimeSpan.FromSeconds(30);

    private static readonly Option<string?> Directory = new("--dir")
    {
        Description = $"Where the job is saved, on a file system that all nodes see; {UsualDirectory} in the directory from which it was submitted when left out",
        HelpName = "DIRECTORY",
    };

    private static readonly Option<TimeSpan?> Ahead = Quantity.DurationOption(
        "--ahead", "How long before the end of its time the job is saved; a minute and what its memory takes to write, at most a quarter of its time, when left out");

    private static readonly Option<TimeSpan?> Ask = Quantity.DurationOption(
        "--ask", "How often Slurm's controller is asked when the job's time is over, which a change of its limit or a preemption changes; 30s when left out");

    private static readonly Option<string?> Tcp = CommonOptions.Tcp("refuse");

    private static readonly ProgramArgument Words = new("PROGRAM")
    {
        Description = "The program and its arguments, which are never touched",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Create()
    {
        Command slurm = new("slurm", "Programs in batch jobs of Slurm, which outlive their time limit") { Run() };
        HelpWithExamples.SetText(slurm,
            """
            No daemon and no root: 'yado slurm run' stands in a batch script before the program.

            Examples:
              yado slurm run -- ./simulate --steps 1000000        (docs/slurm.md)
            """);
        return slurm;
    }

    private static Command Run()
    {
        Command run = new("run", "Run a program in a batch script: it is saved before the job's time is over, and goes on when the job runs again") { Directory, Ahead, Ask, Tcp, Words };
        run.SetAction((parsed, _) => RunAsync(parsed));
        HelpWithExamples.SetText(run,
            """
            Before its time limit is reached, before the grace of a preemption is over, or at SIGUSR1, the program is saved as a
            context file and the job is requeued (scontrol requeue). Slurm runs the script again, on whatever nodes come, and the
            program goes on from where it was; programs before it in the script, which have ended, are not run again.
            Streams and exit status are the program's. Nothing is said unless something goes wrong, or with --verbose.

            Examples:
              sbatch --requeue --open-mode=append job.sh, where job.sh has the line
              yado slurm run -- ./simulate --steps 1000000
              yado slurm run --ahead 5m --dir /scratch/me/saved -- python3 train.py
            """);
        return run;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        SlurmBatch batch = SlurmBatch.Read(Environment.GetEnvironmentVariable);
        string[] words = parsed.GetRequiredValue(Words);
        KeptStreams.RequireFiles();
        SlurmController controller = new(batch.Key);
        if (await controller.WhyNotRequeuedAsync() is { } reason)
        {
            throw new CommandFailure(ExitStatus.Failed, $"job {batch.Key} can't be saved by being requeued: {reason}; nothing was started");
        }

        SlurmMoment? moment = await controller.LookAsync() ?? SlurmMoment.FromEnvironment(Environment.GetEnvironmentVariable);
        if (moment is null)
        {
            Console.Error.WriteLine("yado: the controller of Slurm does not tell when the job's time is over: as long as it does not, only SIGUSR1 saves the program");
        }

        string parent = Path.GetFullPath(parsed.GetValue(Directory) ?? Path.Combine(batch.SubmitDirectory, UsualDirectory));
        using SlurmStore store = SlurmStore.Open(parent, batch, moment?.Begin, words[0]);
        SlurmOptions options = new(
            words, parsed.GetValue(Ahead), parsed.GetValue(Ask) ?? UsualAsk, parsed.GetValue(Tcp) is { } tcp ? TcpRule.Parse(tcp) : null, parsed.GetValue(CommonOptions.Verbose));
        return await new SlurmRun(store, controller, options).RunAsync(moment);
    }
}
