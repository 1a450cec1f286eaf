using Yadokari.Linux.Proc;

namespace Yadokari.Linux.Descriptors;

/// <summary>What only calls tell of System V objects of the caller's own IPC namespace.</summary>
public static class SystemVCall
{
    private const int Remove = 0; // IPC_RMID
    private const int GetPid = 11;
    private const int GetWaitingForMore = 14; // GETNCNT
    private const int GetWaitingForZero = 15; // GETZCNT

    /// <summary>Who last changed each of a set's semaphores; 0: nobody, or nobody who is seen here. Null when the set is gone, or
    /// may not be read.</summary>
    public static IReadOnlyList<int>? LastUsers(int set, int count) => Ask(set, count, GetPid);

    /// <summary>How many threads wait for semaphores of a set. Null when it is gone, or may
    /// not be read.</summary>
    public static int? Waiting(int set, int count) => Ask(set, count, GetWaitingForMore)?.Sum() + Ask(set, count, GetWaitingForZero)?.Sum();

    /// <summary>Removes an object, as ipcrm does.</summary>
    /// <returns>False when it may not be removed, or is gone.</returns>
    public static bool TryRemove(SystemVKind kind, int id) => kind switch
    {
        SystemVKind.Memory => LinuxCall.Invoke(SystemCall.Shmctl, id, Remove),
        SystemVKind.Semaphores => LinuxCall.Invoke(SystemCall.Semctl, id, 0, Remove),
        SystemVKind.Messages => LinuxCall.Invoke(SystemCall.Msgctl, id, Remove),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    } >= 0;

    private static List<int>? Ask(int set, int count, int what)
    {
        List<int> answers = [];
        for (int i = 0; i < count; i++)
        {
            long answer = LinuxCall.Invoke(SystemCall.Semctl, set, i, what);
            if (answer is -Errno.EINVAL or -Errno.EIDRM or -Errno.EACCES)
            {
                return null;
            }

            answers.Add(answer >= 0 ? (int)answer : throw new SystemCallException("semctl", (int)-answer, $"semaphore set {set}"));
        }

        return answers;
    }
}
