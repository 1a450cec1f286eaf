using System.CommandLine;

namespace Yadokari.Cli;

/// <summary>Commands that take the names of several jobs: each is tried, each failure is told, the first one counts.</summary>
public static class EachJob
{
    public static Argument<string[]> Names() => new("JOB")
    {
        Description = "Names or ids of jobs",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Does something with each job, in the order given, each once.</summary>
    /// <param name="act">Returns a status.</param>
    /// <returns>The first status that is not 0, of a job or of a failure.</returns>
    public static async Task<int> RunAsync(ParseResult parsed, IEnumerable<string> jobs, Func<string, Task<int>> act)
    {
        int first = ExitStatus.Done;
        foreach (string job in jobs.Distinct())
        {
            int status;
            try
            {
                status = await act(job);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                ErrorReport report = ErrorReport.Of(failure);
                report.Print(failure, parsed.GetValue(CommonOptions.Verbose));
                status = report.Status;
            }

            first = first == ExitStatus.Done ? status : first;
        }

        return first;
    }
}
