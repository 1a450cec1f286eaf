using System.Globalization;

namespace Yadokari.Linux.Proc;

/// <summary>A System V object as a line of /proc/sysvipc tells it (proc_sysvipc(5)), in the numbers of whoever opened that file.</summary>
/// <param name="Key">IPC_PRIVATE is 0.</param>
/// <param name="Mode">Permission bits, and of memory SHM_DEST and SHM_LOCKED.</param>
/// <param name="Size">Bytes of memory; number of semaphores; bytes that wait in the queue.</param>
/// <param name="Count">Mappings; 0; messages that wait.</param>
/// <param name="Pids">Memory: its creator, and who last attached or detached it. Messages: who last sent, who last received.
/// 0: nobody, or nobody who is seen here.</param>
/// <param name="Changed">Seconds since 1970: made, or changed by IPC_SET or its like.</param>
public sealed record SystemVObject(
    SystemVKind Kind,
    int Key,
    int Id,
    uint Mode,
    long Size,
    long Count,
    IReadOnlyList<int> Pids,
    uint Uid,
    uint Gid,
    uint CreatorUid,
    uint CreatorGid,
    long Changed)
{
    /// <summary>SHM_DEST: it goes with its last mapping.</summary>
    public const uint Removed = 0x200;

    /// <summary>SHM_LOCKED.</summary>
    public const uint Locked = 0x400;

    /// <summary>The file of a kind.</summary>
    public static string PathOf(SystemVKind kind) => $"/proc/sysvipc/{NameOf(kind)}";

    /// <summary>As the kernel calls it: shm, sem, msg.</summary>
    public static string NameOf(SystemVKind kind) => kind switch
    {
        SystemVKind.Memory => "shm",
        SystemVKind.Semaphores => "sem",
        SystemVKind.Messages => "msg",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Those of a kind in the reader's IPC namespace; none where the kernel has none.</summary>
    public static IReadOnlyList<SystemVObject> Read(SystemVKind kind)
    {
        using ProcFile? file = ProcFile.Read(PathOf(kind));
        return file is null ? [] : Parse(kind, KernelText.Decode(file.Bytes));
    }

    /// <summary>The content of such a file.</summary>
    public static IReadOnlyList<SystemVObject> Parse(SystemVKind kind, string text)
    {
        List<SystemVObject> objects = [];
        foreach (string line in text.Split('\n').Skip(1))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0)
            {
                objects.Add(ParseLine(kind, words));
            }
        }

        return objects;
    }

    private static SystemVObject ParseLine(SystemVKind kind, string[] words)
    {
        long Number(int word) => long.Parse(words[word], CultureInfo.InvariantCulture);
        uint Id(int word) => (uint)Number(word);
        (int key, int id, uint mode) = ((int)Number(0), (int)Number(1), Convert.ToUInt32(words[2], 8));
        return kind switch
        {
            // key shmid perms size cpid lpid nattch uid gid cuid cgid atime dtime ctime rss swap
            SystemVKind.Memory => new SystemVObject(kind, key, id, mode, Number(3), Number(6), [(int)Number(4), (int)Number(5)], Id(7), Id(8), Id(9), Id(10), Number(13)),

            // key semid perms nsems uid gid cuid cgid otime ctime
            SystemVKind.Semaphores => new SystemVObject(kind, key, id, mode, Number(3), 0, [], Id(4), Id(5), Id(6), Id(7), Number(9)),

            // key msqid perms cbytes qnum lspid lrpid uid gid cuid cgid stime rtime ctime
            SystemVKind.Messages => new SystemVObject(kind, key, id, mode, Number(3), Number(4), [(int)Number(5), (int)Number(6)], Id(7), Id(8), Id(9), Id(10), Number(13)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }
}
