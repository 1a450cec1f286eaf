using Yadokari.Daemon.Engine;
using Yadokari.Engine;
using Yadokari.Linux;
using Yadokari.Protocol.Errors;

namespace Yadokari.Cli;

/// <summary>What the user sees of a failure: lines for stderr and the exit status.</summary>
public sealed record ErrorReport(int Status, IReadOnlyList<string> Lines)
{
    public static ErrorReport Of(Exception failure) => failure switch
    {
        CommandFailure f => new(f.Status, [f.Message, .. f.Details.Select(d => "  " + d)]),
        ObstacleException f => new(ExitStatus.Obstacles,
            [f.StoodStill ? $"process {f.Pid} can't be checkpointed; it stood still for a moment and runs on:" : $"process {f.Pid} can't be checkpointed and was not touched:", .. f.Obstacles.Select(o => "  " + o)]),
        EngineException f => new(StatusOf(f.Error), [OneLine(f.Message)]),
        YadoException f => new(f.ExitStatus, [OneLine(f.Message), .. f.Obstacles.Select(o => $"  {o.Name}: {o.Detail}")]),
        SystemCallException or IOException or UnauthorizedAccessException => new(ExitStatus.Failed, [OneLine(failure.Message)]),
        OperationCanceledException => new(ExitStatus.Failed, ["interrupted"]),
        _ => new(ExitStatus.Failed,
            [$"internal error: {failure.GetType().Name}: {OneLine(failure.Message)} (--verbose shows where)"]),
    };

    public static int StatusOf(EngineError error) => (int)EngineCall.KindOf(error);

    /// <summary>Prints to stderr, the first line after <c>yado: </c>; with the whole exception when asked for.</summary>
    public void Print(Exception failure, bool verbose)
    {
        string prefix = "yado: ";
        foreach (string line in Lines)
        {
            Console.Error.WriteLine(prefix + line);
            prefix = "";
        }

        if (verbose)
        {
            Console.Error.WriteLine(failure);
        }
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
