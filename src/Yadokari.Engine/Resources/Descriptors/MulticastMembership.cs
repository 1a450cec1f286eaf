using System.Globalization;
using System.Net;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Finds out of which multicast groups a socket is a member: the kernel answers only when asked for one, so all groups
/// of the host are asked for.</summary>
internal static class MulticastMembership
{
    /// <summary>Of MCAST_MSFILTER: struct group_filter: u32 interface, at 8 struct sockaddr_storage, u32 mode, u32 number of sources,
    /// then their addresses.</summary>
    public const int FilterLength = 144;
    public const int SourceLength = 128;
    public const int SourceCountOffset = 140;

    /// <summary>As many as fit into an answer.</summary>
    public const int MostSources = 6;

    private const int GroupOffset = 8;

    /// <param name="domain">One of IPv6 may be in groups of both.</param>
    public static IReadOnlyList<MulticastImage> Find(int pid, SafeFileHandle socket, int domain)
    {
        List<MulticastImage> found = [];
        IEnumerable<(int Device, string Name, IPAddress Group)> groups = domain == AF_INET6 ? Groups4(pid).Concat(Groups6(pid)) : Groups4(pid);
        foreach ((int device, string name, IPAddress group) in groups)
        {
            byte[] address = group.GetAddressBytes();
            int level = address.Length == 4 ? SOL_IP : SOL_IPV6;
            byte[] question = new byte[FilterLength];
            BitConverter.TryWriteBytes(question, device);
            BitConverter.TryWriteBytes(question.AsSpan(GroupOffset), (ushort)(address.Length == 4 ? AF_INET : AF_INET6));
            address.CopyTo(question, GroupOffset + (address.Length == 4 ? 4 : 8));
            BitConverter.TryWriteBytes(question.AsSpan(SourceCountOffset), MostSources);
            if (SocketQuery.GetRawOption(socket, level, MCAST_MSFILTER, question, out _) is { Length: >= FilterLength } filter)
            {
                found.Add(new MulticastImage(level, name, group.ToString(), filter));
            }
        }

        return found;
    }

    // 2	eth0      :     1      V3
    //				010000E0     1 0:00000000		0
    private static IEnumerable<(int Device, string Name, IPAddress Group)> Groups4(int pid)
    {
        int device = 0;
        string name = "";
        foreach (string line in Lines(pid, "net/igmp"u8))
        {
            string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (line.Length > 0 && char.IsAsciiDigit(line[0]) && words.Length > 1)
            {
                device = int.Parse(words[0], CultureInfo.InvariantCulture);
                name = words[1].TrimEnd(':');
            }
            else if (words.Length > 0 && uint.TryParse(words[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint group))
            {
                yield return (device, name, new IPAddress(group));
            }
        }
    }

    // 2    eth0            ff020000000000000000000000000001     1 0000000C 0
    private static IEnumerable<(int Device, string Name, IPAddress Group)> Groups6(int pid)
    {
        foreach (string line in Lines(pid, "net/igmp6"u8))
        {
            string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 2 && words[2].Length == 32)
            {
                yield return (int.Parse(words[0], CultureInfo.InvariantCulture), words[1], new IPAddress(Convert.FromHexString(words[2])));
            }
        }
    }

    private static string[] Lines(int pid, ReadOnlySpan<byte> name)
    {
        using ProcFile? file = ProcFile.Read(pid, name);
        return file is null ? [] : KernelText.Decode(file.Bytes).Split('\n');
    }
}
