using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>Multicast groups.</content>
internal sealed partial class SocketRestore
{
    /// <summary>Joins each on the interface of the same name.</summary>
    private void Join(SocketImage image, Slot made)
    {
        const int groupRequestLength = 136, interfaceLength = 40, numberOffset = 16, interfaceNumber = 0x8933; // SIOCGIFINDEX
        foreach (MulticastImage group in image.Groups)
        {
            // struct ifreq: char name[16], then the number.
            byte[] request = new byte[interfaceLength];
            KernelText.Encode(group.Interface).CopyTo(request, 0);
            DataReference link = plan.Bytes(request, group.Interface);

            // struct group_req is the beginning of struct group_filter.
            DataReference filter = plan.Bytes(group.Filter, $"{{{group.Group} on {group.Interface}}}");
            plan.Call($"this host has no interface {group.Interface}, on which the job is a member of {group.Group}", SystemCall.Ioctl, made, interfaceNumber, link);
            plan.Do(OperationKind.Load32, tools.Raw, Argument.AddressOf(link, numberOffset));
            plan.Do(OperationKind.Store32, null, filter, tools.Raw);
            plan.Call($"join {group.Group} on {group.Interface}", SystemCall.Setsockopt, made, group.Level, MCAST_JOIN_GROUP, filter, groupRequestLength);
            if (group.Filter.AsSpan(groupRequestLength, sizeof(long)).ContainsAnyExcept((byte)0))
            {
                plan.Call($"choose the senders of {group.Group}", SystemCall.Setsockopt, made, group.Level, MCAST_MSFILTER, filter, group.Filter.Length);
            }
        }
    }
}
