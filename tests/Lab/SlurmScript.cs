using System.Diagnostics;
using System.Globalization;

namespace Yadokari.LabTests;

/// <summary>A batch script without Slurm: its environment, and tools of the names of squeue and scontrol that say what a test wants and
/// end the script when it is requeued, as Slurm does.</summary>
public sealed class SlurmScript : IDisposable
{
    private const string Squeue = """
        #!/bin/sh
        case "$*" in *CANCELLED*) cat "$TOLD/cancelled" 2>/dev/null;; *) cat "$TOLD/moment";; esac
        """;

    private const string Scontrol = """
        #!/bin/sh
        case $1 in
        show) cat "$TOLD/job";;
        requeue) echo "$2" >> "$TOLD/requeued"; kill -KILL "$(cat "$TOLD/script")";;
        esac
        """;

    public SlurmScript()
    {
        Files = Directory.CreateTempSubdirectory("yado-script-").FullName;
        foreach ((string name, string text) in ((string, string)[])[("squeue", Squeue), ("scontrol", Scontrol)])
        {
            File.WriteAllText(File_(name), text);
            File.SetUnixFileMode(File_(name), (UnixFileMode)0x1ED); // 0755
        }

        MayBeRequeued(isRequeued: true, isBatch: true);
    }

    public string Files { get; }

    /// <summary>What was requeued, one line each.</summary>
    internal string Requeued => File.Exists(File_("requeued")) ? File.ReadAllText(File_("requeued")) : "";

    /// <summary>What the script has written on standard error.</summary>
    internal string Said => File.Exists(File_("errors")) ? File.ReadAllText(File_("errors")) : "";

    /// <summary>The directory of job 12.</summary>
    internal string Saved => File_(".yado-slurm/lab-12");

    internal string File_(string name) => Path.Combine(Files, name);

    internal void MayBeRequeued(bool isRequeued, bool isBatch) =>
        File.WriteAllText(File_("job"), $"JobId=12 JobName=Requeue=0 JobState=RUNNING\n   Requeue={(isRequeued ? 1 : 0)} Restarts=0 BatchFlag={(isBatch ? 1 : 0)} Reboot=0\n");

    /// <summary>Runs a script to its end as job 12, where $YADO is the program.</summary>
    /// <param name="run">How often it was requeued.</param>
    /// <param name="seconds">What it has of time.</param>
    /// <param name="begin">When this run began; null: as usual for its number.</param>
    internal Ending Run(int run, int seconds, string script, string? begin = null)
    {
        using Process process = Start(run, seconds, script, begin);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Ending(process.ExitCode, output, Said);
    }

    /// <summary>Starts one. What it says on standard error is in the file <c>errors</c>.</summary>
    internal Process Start(int run, int seconds, string script, string? begin = null)
    {
        long end = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + seconds;
        File.WriteAllText(File_("moment"), FormattableString.Invariant($"{end} {begin ?? $"{1000 + run}"}\n"));
        ProcessStartInfo start = new("/bin/sh", ["-c", PmsPrograms.CloseAll + "echo $$ > \"$TOLD/script\"; exec 2> \"$TOLD/errors\" < /dev/null; " + script])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Files,
        };
        start.Environment["PATH"] = $"{Files}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["TOLD"] = Files;
        start.Environment["YADO"] = Yado.Program;
        start.Environment["SLURM_JOB_ID"] = "12";
        start.Environment["SLURM_CLUSTER_NAME"] = "lab";
        start.Environment["SLURM_SUBMIT_DIR"] = Files;
        if (run > 0)
        {
            start.Environment["SLURM_RESTART_COUNT"] = run.ToString(CultureInfo.InvariantCulture);
        }

        return Process.Start(start)!;
    }

    public void Dispose()
    {
        ToldProcesses.End($"TOLD={Files}");
        Directory.Delete(Files, recursive: true);
    }
}
