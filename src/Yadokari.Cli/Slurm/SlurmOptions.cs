using Yadokari.Engine.Checkpointing;

namespace Yadokari.Cli.Slurm;

/// <summary>How <c>yado slurm run</c> was called.</summary>
/// <param name="Words">The program and its arguments.</param>
/// <param name="Ahead">How long before the end of its time the program is saved; null: by its memory.</param>
/// <param name="Ask">How often the controller is asked when the time is over: limits are changed, and a preemption leaves a grace.</param>
/// <param name="Tcp">What becomes of its connections.</param>
/// <param name="Verbose">Says on standard error what is done, too; else only what goes wrong.</param>
internal sealed record SlurmOptions(IReadOnlyList<string> Words, TimeSpan? Ahead, TimeSpan Ask, TcpRule? Tcp, bool Verbose);
