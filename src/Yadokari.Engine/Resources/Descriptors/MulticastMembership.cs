using System.Globalization;
using System.Net;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Sockets;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Finds out whether a socket is a member of a multicast group: the kernel answers only when asked for one, so all groups
/// of the host are asked for.</summary>
internal static class MulticastMembership
{
    private const int SourceFilter = 48; // MCAST_MSFILTER: struct group_filter
    private const int QuestionLength = 144;
    private const int GroupOffset = 8;

    /// <returns>A group; null for none.</returns>
    public static string? Find(int pid, SafeFileHandle socket, int domain)
    {
        int level = domain == SocketFacts.Inet6 ? 41 : 0;
        foreach ((int device, IPAddress group) in domain == SocketFacts.Inet6 ? Groups6(pid) : Groups4(pid))
        {
            // u32 interface, at 8 struct sockaddr_storage, u32 mode, u32 number of sources.
            byte[] question = new byte[QuestionLength];
            BitConverter.TryWriteBytes(question, device);
            BitConverter.TryWriteBytes(question.AsSpan(GroupOffset), (ushort)domain);
            group.GetAddressBytes().CopyTo(question, GroupOffset + (domain == SocketFacts.Inet6 ? 8 : 4));
            if (SocketQuery.GetRawOption(socket, level, SourceFilter, question, out _) is not null)
            {
                return group.ToString();
            }
        }

        return null;
    }

    // 2	eth0      :     1      V3
    //				010000E0     1 0:00000000		0
    private static IEnumerable<(int Device, IPAddress Group)> Groups4(int pid)
    {
        int device = 0;
        foreach (string line in Lines(pid, "net/igmp"u8))
        {
            string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (line.Length > 0 && char.IsAsciiDigit(line[0]))
            {
                device = int.Parse(words[0], CultureInfo.InvariantCulture);
            }
            else if (words.Length > 0 && uint.TryParse(words[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint group))
            {
                yield return (device, new IPAddress(group));
            }
        }
    }

    // 2    eth0            ff020000000000000000000000000001     1 0000000C 0
    private static IEnumerable<(int Device, IPAddress Group)> Groups6(int pid)
    {
        foreach (string line in Lines(pid, "net/igmp6"u8))
        {
            string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 2 && words[2].Length == 32)
            {
                yield return (int.Parse(words[0], CultureInfo.InvariantCulture), new IPAddress(Convert.FromHexString(words[2])));
            }
        }
    }

    private static string[] Lines(int pid, ReadOnlySpan<byte> name)
    {
        using ProcFile? file = ProcFile.Read(pid, name);
        return file is null ? [] : KernelText.Decode(file.Bytes).Split('\n');
    }
}
