using Yadokari.Engine.Freeze;
using Yadokari.Engine.Resources.Descriptors;

namespace Yadokari.Engine.Capture;

/// <summary>What waits in the pseudoterminals of a frozen job, asked of the processes that hold their masters.</summary>
internal static class TerminalContents
{
    /// <param name="descriptors">As scanned, in the order of the processes; disposed of when this fails.</param>
    /// <exception cref="LeaseLostException">This program was kept waiting for too long.</exception>
    public static TreeDescriptorCapture Take(IReadOnlyList<AskedProcess> processes, TreeDescriptorCapture descriptors, TimeSpan lease)
    {
        if (descriptors.Shared.Terminals.Count == 0 || descriptors.Obstacles.Count > 0)
        {
            return descriptors;
        }

        try
        {
            List<PseudoTerminalImage> terminals = [.. descriptors.Shared.Terminals];
            List<Obstacle> obstacles = [.. descriptors.Obstacles];
            HashSet<int> taken = [];
            for (int i = 0; i < processes.Count; i++)
            {
                IReadOnlyList<(int Number, int Terminal)> masters = [.. Masters(descriptors.Processes[i].Table, descriptors.Shared).Where(master => taken.Add(master.Terminal))];
                if (masters.Count > 0)
                {
                    Take(processes[i], masters, lease, terminals, obstacles);
                }
            }

            return descriptors with { Shared = descriptors.Shared with { Terminals = terminals }, Obstacles = obstacles };
        }
        catch
        {
            descriptors.Dispose();
            throw;
        }
    }

    private static void Take(AskedProcess process, IReadOnlyList<(int Number, int Terminal)> masters, TimeSpan lease, List<PseudoTerminalImage> terminals, List<Obstacle> obstacles)
    {
        using RemoteBatch batch = RemoteBatch.Create(process.Frozen, process.Vmas, lease);
        foreach ((int number, int terminal) in masters)
        {
            int at = terminals.FindIndex(image => image.Number == terminal);
            TerminalQueues queues = TerminalQueueCapture.Run(process.Frozen, batch, number, terminals[at]);
            if (queues.Failure is { } why)
            {
                obstacles.Add(new Obstacle("terminal-state", $"/dev/pts/{terminal}: {why}"));
            }

            terminals[at] = terminals[at] with { Output = queues.Output, Lines = queues.Lines, Typed = queues.Typed, Column = queues.Column };
        }
    }

    private static IEnumerable<(int Number, int Terminal)> Masters(DescriptorTableImage table, DescriptorTableImage shared)
    {
        foreach (SharedDescriptorImage held in table.Descriptions.OfType<SharedDescriptorImage>())
        {
            if (shared.Descriptions[held.Index] is PtyMasterImage master)
            {
                yield return (held.Numbers[0].Number, master.Terminal);
            }
        }
    }
}
