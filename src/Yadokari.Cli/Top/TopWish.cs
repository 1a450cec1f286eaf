using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Top;

/// <summary>What somebody wants to be done.</summary>
/// <param name="Job">The job that it is about, as it was last seen.</param>
/// <param name="Host">Name of the host that it is about, or goes to.</param>
/// <param name="Path">The file that a job is saved as.</param>
/// <param name="Undoes">It takes a move back: it can't be taken back itself.</param>
public sealed record TopWish(TopAct Act, JobInfo? Job = null, string? Host = null, string? Path = null, bool Undoes = false);
