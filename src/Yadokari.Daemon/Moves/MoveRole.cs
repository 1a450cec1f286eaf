namespace Yadokari.Daemon.Moves;

/// <summary>Which end of a move this host is.</summary>
public enum MoveRole
{
    Source,
    Target,
}
