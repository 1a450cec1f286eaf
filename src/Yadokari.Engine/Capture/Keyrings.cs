using System.Buffers.Binary;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>
/// Keyrings of processes and threads of a job (process-keyring(7), thread-keyring(7)): keys in them have numbers that the program knows, which no kernel
/// gives out on demand. Those of its session and its user are the host's, as after a login there.
/// </summary>
internal static class Keyrings
{
    private const int GetId = 0; // KEYCTL_GET_KEYRING_ID
    private const int OfThread = -1; // KEY_SPEC_THREAD_KEYRING
    private const int OfProcess = -2; // KEY_SPEC_PROCESS_KEYRING

    private static readonly PlanBuilder Builder = new();
    private static readonly DataReference Answers = Builder.Room(2 * sizeof(long));
    private static readonly RestorePlan Plan = Build(Builder);

    /// <summary>What the job has. Nobody is asked unless its user has some.</summary>
    /// <exception cref="LeaseLostException">This program was kept waiting for too long.</exception>
    public static IReadOnlyList<Obstacle> Find(IReadOnlyList<AskedProcess> asked, TimeSpan lease)
    {
        Dictionary<uint, bool> users = [];
        List<Obstacle> obstacles = [];
        foreach (AskedProcess process in asked)
        {
            if (!users.TryGetValue(process.User, out bool some))
            {
                users.Add(process.User, some = ProcKeys.HasOwnKeyrings(process.User));
            }

            if (!some)
            {
                continue;
            }

            // Who may not ask can't use them either.
            using RemoteBatch batch = RemoteBatch.Create(process.Frozen, process.Vmas, lease);
            foreach (FrozenThread thread in process.Frozen.Threads.Where(thread => CallFilters.Allow(thread, SystemCall.Keyctl)))
            {
                byte[] data = batch.Run(thread, Plan);
                bool Has(int which) => BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(Answers.Offset + (which * sizeof(long)))) > 0;
                if (Has(0) || Has(1))
                {
                    obstacles.Add(new Obstacle("keyring", $"{(Has(0) ? ProcessLabel.Of(process.Pid) : $"thread {thread.Tid}")} has a keyring of its own (keyctl): keys in it would have other numbers elsewhere"));
                    break;
                }
            }
        }

        return obstacles;
    }

    private static RestorePlan Build(PlanBuilder plan)
    {
        Slot answer = plan.NewSlot();
        plan.Try(answer, SystemCall.Keyctl, GetId, OfProcess, 0);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(Answers, 0), answer);
        plan.Try(answer, SystemCall.Keyctl, GetId, OfThread, 0);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(Answers, sizeof(long)), answer);
        plan.Do(OperationKind.Break, null);
        return plan.Build();
    }
}
