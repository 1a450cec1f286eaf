using System.Globalization;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Process;

/// <summary>POSIX message queues: the main process makes and fills them; each description is opened by its name; when all are, they get their
/// owners and modes, and names that were removed are removed.</summary>
internal sealed class PosixQueueRestore
{
    private const int OwnerOnly = 0x180; // 0600
    private const long UsualMessages = 10, UsualLength = 8192; // DFLT_MSGMAX, DFLT_MSGSIZEMAX: of a new namespace

    private readonly IReadOnlyList<PosixQueueImage> _queues;
    private readonly Dictionary<ulong, string> _names = [];

    public PosixQueueRestore(IpcImage? ipc)
    {
        _queues = ipc?.PosixQueues ?? [];
        HashSet<string> taken = [.. _queues.Where(queue => !queue.Removed).Select(queue => queue.Name)];
        foreach (PosixQueueImage queue in _queues)
        {
            _names.Add(queue.Id, !queue.Removed || taken.Add(queue.Name) ? queue.Name : Another(queue, taken));
        }
    }

    /// <summary>Under which name it is found until all have it.</summary>
    /// <exception cref="EngineException">BadContextFile: there is none of that number.</exception>
    public string NameOf(ulong queue) =>
        _names.GetValueOrDefault(queue) ?? throw new EngineException(EngineError.BadContextFile, $"the image has no message queue {queue}");

    /// <summary>In the main process.</summary>
    public void Make(PlanBuilder plan)
    {
        // A new namespace has the usual limits; where they may not be raised, mq_open says so.
        IpcRestore.Raise(plan, "/proc/sys/fs/mqueue/msg_max", UsualMessages, _queues.Select(queue => queue.MostMessages));
        IpcRestore.Raise(plan, "/proc/sys/fs/mqueue/msgsize_max", UsualLength, _queues.Select(queue => queue.LongestMessage));
        foreach (PosixQueueImage queue in _queues)
        {
            Make(plan, queue);
        }
    }

    /// <summary>When all have opened them.</summary>
    public void Finish(PlanBuilder plan)
    {
        foreach (PosixQueueImage queue in _queues)
        {
            DataReference name = plan.Text(NameOf(queue.Id));
            Slot made = plan.CallResult($"open the message queue /{queue.Name}", SystemCall.Mq_open, name, O_RDWR | O_CLOEXEC, 0, 0);
            RestoreTools.Own(plan, queue.Owner, made);
            plan.Call($"set the mode of the message queue /{queue.Name}", SystemCall.Fchmod, made, queue.Owner.Mode);
            plan.Call(null, SystemCall.Close, made);
            if (queue.Removed)
            {
                plan.Call($"remove the message queue /{queue.Name}", SystemCall.Mq_unlink, name);
            }
        }
    }

    private void Make(PlanBuilder plan, PosixQueueImage queue)
    {
        byte[] attributes = new byte[64]; // struct mq_attr
        BitConverter.TryWriteBytes(attributes.AsSpan(8), queue.MostMessages);
        BitConverter.TryWriteBytes(attributes.AsSpan(16), queue.LongestMessage);
        Slot made = plan.CallResult(
            string.Create(CultureInfo.InvariantCulture, $"make the message queue /{queue.Name} for {queue.MostMessages} messages of {queue.LongestMessage} bytes (see /proc/sys/fs/mqueue and ulimit -q)"),
            SystemCall.Mq_open, plan.Text(NameOf(queue.Id)), O_CREAT | O_EXCL | O_RDWR | O_NONBLOCK | O_CLOEXEC, OwnerOnly, plan.Bytes(attributes, "{attributes}"));

        // Whatever the mask of whoever resumes takes away.
        plan.Call(null, SystemCall.Fchmod, made, OwnerOnly);
        foreach (PosixMessageImage message in queue.Messages)
        {
            plan.Call($"fill the message queue /{queue.Name}", SystemCall.Mq_timedsend, made, plan.Bytes(message.Bytes), message.Bytes.Length, message.Priority, 0);
        }

        plan.Call(null, SystemCall.Close, made);
    }

    private static string Another(PosixQueueImage queue, HashSet<string> taken)
    {
        string name;
        int number = 0;
        do
        {
            name = string.Create(CultureInfo.InvariantCulture, $"yadokari.{queue.Id}.{number++}");
        }
        while (!taken.Add(name));
        return name;
    }
}
