using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Takes file locks again; a lock that somebody else has taken meanwhile ends the resume.</summary>
internal static class DescriptorLockRestore
{
    private const int FlockShared = 1;
    private const int FlockExclusive = 2;
    private const int FlockNoWait = 4;

    public static void Emit(PlanBuilder plan, DescriptorImage image)
    {
        int number = image.Numbers[0].Number;
        foreach (FileLock held in image.Locks)
        {
            string message = $"lock {(image is PathImage path ? path.Path : image.Detail)} again";
            if (held.Kind == FileLockKind.Flock)
            {
                plan.Call(message, SystemCall.Flock, number, (held.Write ? FlockExclusive : FlockShared) | FlockNoWait);
                continue;
            }

            if (held.Kind == FileLockKind.Lease)
            {
                plan.Call($"lease {image.Detail} again", SystemCall.Fcntl, number, F_SETLEASE, held.Write ? 1 : 0);
                continue;
            }

            // struct flock: s16 type (read 0, write 1), s16 whence, s64 start at 8, s64 length at 16, s32 pid at 24.
            byte[] range = new byte[32];
            range[0] = held.Write ? (byte)1 : (byte)0;
            BitConverter.TryWriteBytes(range.AsSpan(8), held.Start);
            BitConverter.TryWriteBytes(range.AsSpan(16), held.End is { } end ? end - held.Start + 1 : 0);
            int command = held.Kind == FileLockKind.Posix ? F_SETLK : F_OFD_SETLK;
            plan.Call(message, SystemCall.Fcntl, number, command, plan.Bytes(range));
        }
    }
}
