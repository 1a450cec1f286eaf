namespace Yadokari.Engine.Restore;

/// <summary>Which System V object it is, and whose (ipc_perm in sysvipc(7)).</summary>
/// <param name="Id">What programs hold: it must not change.</param>
/// <param name="Key">IPC_PRIVATE is 0.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Uid">Its owner.</param>
/// <param name="CreatorUid">Who made it.</param>
public sealed record SystemVName(int Id, int Key, int Mode, uint Uid, uint Gid, uint CreatorUid, uint CreatorGid);
