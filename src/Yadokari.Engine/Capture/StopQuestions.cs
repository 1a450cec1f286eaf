using System.Buffers.Binary;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Wait;

namespace Yadokari.Engine.Capture;

/// <summary>Which of its stopped children a process has not been told of by wait(2) yet: only it can ask.</summary>
internal static class StopQuestions
{
    private const int Options = WNOWAIT | WSTOPPED | WNOHANG;
    private const int InfoLength = 128;
    private const int StatusOffset = 24; // si_status
    private const int PidOffset = 16; // si_pid

    /// <param name="children">Those that are stopped.</param>
    /// <returns>By pid, the signal that stopped it.</returns>
    public static IReadOnlyDictionary<int, int> Ask(FrozenProcess parent, RemoteBatch batch, IReadOnlyList<int> children)
    {
        Dictionary<int, int> untold = [];
        foreach (int child in children)
        {
            PlanBuilder plan = new();
            DataReference info = plan.Room(InfoLength);
            plan.Try(null, SystemCall.Waitid, P_PID, ProcStatus.Read(child)?.NsPid is [.., int inner] ? inner : child, info, Options, 0);
            plan.Do(OperationKind.Break, null);
            byte[] data = batch.Run(parent.Main, plan.Build());
            if (BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(info.Offset + PidOffset)) != 0)
            {
                untold.Add(child, BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(info.Offset + StatusOffset)));
            }
        }

        return untold;
    }
}
