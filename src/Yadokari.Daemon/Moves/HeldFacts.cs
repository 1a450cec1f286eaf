using Yadokari.Daemon.Jobs;

namespace Yadokari.Daemon.Moves;

/// <summary>The processes of a rebuilt job that is held, or was released.</summary>
public sealed record HeldFacts(ProcessIdentity Shell, ProcessIdentity Main);
