using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Image;

/// <summary>A process that has ended and that its parent has not waited for yet.</summary>
/// <param name="Pid">In the job's pid namespace.</param>
/// <param name="Parent">The pid of its parent in the job.</param>
/// <param name="Group">As <see cref="ProcessImage.Group"/>.</param>
/// <param name="Session">As <see cref="ProcessImage.Session"/>.</param>
/// <param name="Name">As ps shows it.</param>
/// <param name="Uid">Whose it was: waitid(2) tells it.</param>
/// <param name="Gid">Its group.</param>
/// <param name="Status">What wait(2) tells of it.</param>
public sealed record EndedProcessImage(int Pid, int Parent, int Group, int Session, string Name, uint Uid, uint Gid, int Status)
{
    /// <summary>As <see cref="ProcessImage.ExitSignal"/>.</summary>
    public int ExitSignal { get; init; } = SIGCHLD;
}
