using System.Globalization;
using Yadokari.Linux.Proc;

namespace Yadokari.Linux.Sockets;

/// <summary>What <c>/proc/PID/net/netlink</c> tells of the netlink sockets of a network namespace.</summary>
public static class NetlinkTable
{
    /// <returns>Whether the kernel is in the middle of an answer to a socket (NLM_F_DUMP); null: there is no such socket.</returns>
    public static bool? IsBeingAnswered(int pid, ulong inode)
    {
        // sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode
        const int dump = 6, inodeColumn = 9;
        using ProcFile? file = ProcFile.Read(pid, "net/netlink"u8);
        foreach (string line in file is null ? [] : KernelText.Decode(file.Bytes).Split('\n'))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > inodeColumn && ulong.TryParse(words[inodeColumn], CultureInfo.InvariantCulture, out ulong number) && number == inode)
            {
                return words[dump] != "0";
            }
        }

        return null;
    }
}
