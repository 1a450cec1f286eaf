using System.CommandLine;

namespace Yadokari.Cli;

/// <summary>Options that many commands share, so that they look the same everywhere.</summary>
public static class CommonOptions
{
    /// <summary>One for all commands.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "Show details, also of errors", Recursive = true };

    /// <summary>Of everything that captures a program.</summary>
    public static Option<double?> HoldTimeout { get; } = new("--hold-timeout")
    {
        Description = "How long to wait for a program that holds itself in place (pms_hold); 30 when left out",
        HelpName = "SECONDS",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print JSON instead of a table" };

    public static Argument<string> Job() => new("JOB") { Description = "Name or id of a job" };
}
