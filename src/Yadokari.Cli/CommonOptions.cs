using System.CommandLine;
using Yadokari.Engine.Checkpointing;

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

    /// <summary>Of everything that moves or saves a program.</summary>
    /// <param name="usual">What holds when it is left out.</param>
    public static Option<string?> Tcp(string usual)
    {
        Option<string?> option = new("--tcp")
        {
            Description = "What becomes of TCP connections to outside: refuse (they are obstacles), reset (the program finds them reset by the other "
                + $"side, behind what had arrived), or reset:PORT,PORT, with a port at either end; {usual} when left out",
            HelpName = "RULE",
        };
        option.CompletionSources.Add("refuse", "reset", "reset:");
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var rule }] && TcpRule.Parse(rule) is null)
            {
                result.AddError($"'{rule}' is none of refuse, reset, reset:PORT,PORT");
            }
        });
        return option;
    }

    public static Option<bool> Json() => new("--json") { Description = "Print JSON instead of a table" };

    public static Argument<string> Job() => new("JOB") { Description = "Name or id of a job" };
}
