using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Process;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>What waits in the POSIX message queues of a frozen job, asked of processes that have them open.</summary>
internal sealed class PosixQueueContents
{
    private readonly List<PosixQueueImage> _queues = [];
    private readonly List<Obstacle> _obstacles = [];

    private PosixQueueContents()
    {
    }

    /// <summary>What can't be carried after all.</summary>
    public IReadOnlyList<Obstacle> Obstacles => _obstacles;

    /// <param name="descriptors">As scanned when all stood still, in the order of the processes.</param>
    /// <exception cref="LeaseLostException">This program was kept waiting for too long.</exception>
    public static PosixQueueContents Take(IReadOnlyList<AskedProcess> processes, TreeDescriptorCapture descriptors, TimeSpan lease)
    {
        PosixQueueContents contents = new();
        if (descriptors.Obstacles.Count > 0)
        {
            return contents;
        }

        HashSet<ulong> taken = [];
        for (int i = 0; i < processes.Count; i++)
        {
            IReadOnlyList<(int Number, PosixQueueEndImage End)> held = [.. Held(descriptors.Processes[i].Table, descriptors.Shared).Where(held => taken.Add(held.End.Queue))];
            if (held.Count > 0)
            {
                contents.Take(processes[i], held, lease);
            }
        }

        foreach (PosixQueueEndImage end in descriptors.Shared.Descriptions.OfType<PosixQueueEndImage>().Where(end => taken.Add(end.Queue)))
        {
            contents._obstacles.Add(new Obstacle("message-queue", $"the POSIX message queue /{end.Name} is open nowhere but in a message that was not received (SCM_RIGHTS)"));
        }

        return contents;
    }

    /// <summary>What else the job's IPC namespace holds, and these.</summary>
    /// <param name="others">Null: it has none of its own.</param>
    public IpcImage? In(IpcImage? others) => _queues.Count > 0 ? (others ?? new IpcImage()) with { PosixQueues = _queues } : others;

    /// <summary>Their names go when the job goes from its host's IPC namespace, where nobody else had them open.</summary>
    public void RemoveAtEndOf(FrozenTree tree)
    {
        foreach (PosixQueueImage queue in _queues.Where(queue => !queue.Removed))
        {
            tree.RemoveAtEnd(() => MessageQueueFile.TryRemove(queue.Name, queue.Id));
        }
    }

    private void Take(AskedProcess process, IReadOnlyList<(int Number, PosixQueueEndImage End)> held, TimeSpan lease)
    {
        using RemoteBatch batch = RemoteBatch.Create(process.Frozen, process.Vmas, lease);
        using SafeFileHandle opened = PidFd.OpenForFetching(process.Pid) ?? throw new EngineException(EngineError.NoSuchProcess, $"process {process.Pid} has ended");
        foreach ((int number, PosixQueueEndImage end) in held)
        {
            using SafeFileHandle queue = PidFd.Fetch(opened, number) ?? throw new EngineException(EngineError.NoSuchProcess, $"process {process.Pid} has ended");
            FileStatus status = FileStatus.Of(queue);

            // The scan has read it, and found nothing against it.
            MessageQueueFile facts = MessageQueueFile.Read(queue) ?? throw new EngineException(EngineError.Failed, $"the POSIX message queue /{end.Name} can't be read any more");
            IReadOnlyList<PosixMessageImage> messages = PosixQueueCapture.Run(process.Frozen, batch, number, facts, out int error);
            if (error != 0)
            {
                _obstacles.Add(new Obstacle("message-queue", $"the messages of the POSIX message queue /{end.Name} can't be looked at by {ProcessLabel.Of(process.Pid)}: {Errno.Message(error)}"));
            }

            _queues.Add(new PosixQueueImage(end.Queue, end.Name, status.Links == 0, facts.MostMessages, facts.LongestMessage, FileOwnerImage.Of(status), messages));
        }
    }

    private static IEnumerable<(int Number, PosixQueueEndImage End)> Held(DescriptorTableImage table, DescriptorTableImage shared)
    {
        foreach (DescriptorImage held in table.Descriptions)
        {
            if ((held is SharedDescriptorImage common ? shared.Descriptions[common.Index] : held) is PosixQueueEndImage end)
            {
                yield return (held.Numbers[0].Number, end);
            }
        }
    }
}
