using Yadokari.Linux.Descriptors;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Whose a file is that the resume makes anew: whoever resumes may be somebody else.</summary>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Group.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record FileOwnerImage(uint Uid, uint Gid, uint Mode)
{
    public static FileOwnerImage Of(FileStatus status) => new(status.Uid, status.Gid, status.Permissions);
}
