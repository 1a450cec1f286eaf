using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Linux;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Context;

/// <summary>Whether this host has the address and the port of an internet socket, found by taking it for a moment.</summary>
internal static class AddressCheck
{
    private const int AddressInUse = 98;
    private const int AddressNotAvailable = 99;
    private const int NoDevice = 19;

    /// <summary>Its port is free again when the job resumes: only the address is tried.</summary>
    public static void Check(TcpEndImage image, List<Obstacle> missing)
    {
        if (image.Address.Length < 8)
        {
            return;
        }

        string name = SocketText.Describe(image.Domain, SOCK_STREAM, image.Address);
        byte[] address = SocketProbe.WithoutPort(image.Address);
        using SafeFileHandle? probe = SocketQuery.TryCreate(image.Domain, SOCK_STREAM, 0);
        if (probe is null || SocketProbe.TryBind(probe, address) == AddressNotAvailable)
        {
            missing.Add(new Obstacle("missing-address", $"{name}: this host does not have that address"));
        }
    }

    /// <summary>The kernel answers by a number, which may be anybody's here.</summary>
    private static void CheckNetlink(SocketImage image, List<Obstacle> missing)
    {
        using SafeFileHandle? probe = SocketQuery.TryCreate(image.Domain, image.Type, image.Protocol);
        if (probe is null || SocketProbe.TryBind(probe, image.Address) != 0)
        {
            missing.Add(new Obstacle("taken-port", $"{SocketText.Describe(image.Domain, image.Type, image.Address)}: another program has that number here, by which the kernel answers it"));
        }
    }

    public static void Check(SocketImage image, List<Obstacle> missing)
    {
        if (image is { Domain: AF_NETLINK, Address.Length: > 0 })
        {
            CheckNetlink(image, missing);
            return;
        }

        foreach (MulticastImage group in image.Groups.Where(group => !SocketProbe.HasInterface(group.Interface)))
        {
            missing.Add(new Obstacle("missing-interface", $"{SocketText.Describe(image.Domain, image.Type, image.Address)} is a member of {group.Group} on the interface {group.Interface}, which this host does not have"));
        }

        if (image.Domain is not (AF_INET or AF_INET6) || image.Address.Length < 8)
        {
            return;
        }

        string name = SocketText.Describe(image.Domain, image.Type, image.Address);
        using SafeFileHandle? probe = SocketQuery.TryCreate(image.Domain, image.Type, image.Protocol);
        if (probe is null)
        {
            missing.Add(new Obstacle("missing-address", $"{name}: this host has no such sockets, or you may not have them"));
            return;
        }

        foreach (SocketOptionImage option in image.Options)
        {
            if (SocketProbe.TrySet(probe, option.Level, option.Option, option.Value) == NoDevice && option is { Level: SOL_SOCKET, Option: SO_BINDTODEVICE })
            {
                missing.Add(new Obstacle("missing-interface", $"{name} is bound to the interface {KernelText.Decode(option.Value.AsSpan().TrimEnd((byte)0))}, which this host does not have"));
                return;
            }
        }

        // Where several may have one port, this one would take a part of what comes for the others: only the address is tried.
        bool isShared = image.Options.Any(o => o is { Level: SOL_SOCKET, Option: SO_REUSEPORT }
            || (o is { Level: SOL_SOCKET, Option: SO_REUSEADDR } && image.Type != SOCK_STREAM));
        byte[] address = isShared ? SocketProbe.WithoutPort(image.Address) : image.Address;
        if (image.IsOfNobody)
        {
            SocketProbe.TrySet(probe, image.Domain == AF_INET6 ? SOL_IPV6 : 0, image.Domain == AF_INET6 ? IPV6_FREEBIND : IP_FREEBIND, BitConverter.GetBytes(1));
        }

        if (!isShared && image.Type == SOCK_STREAM)
        {
            // As it is made again: old connections of the port may linger (TIME_WAIT).
            SocketProbe.TrySet(probe, SOL_SOCKET, SO_REUSEADDR, BitConverter.GetBytes(1));
        }

        int error = SocketProbe.TryBind(probe, address);
        if (error == 0 && image.Backlog is not null && !isShared)
        {
            error = SocketProbe.TryListen(probe);
        }

        if (error != 0)
        {
            missing.Add(error switch
            {
                AddressNotAvailable => new Obstacle("missing-address", $"{name}: this host does not have that address"),
                AddressInUse => new Obstacle("taken-port", $"{name}: another program has that port here"),
                Errno.EACCES => new Obstacle("privileged-port", $"{name}: you may not have that port here"),
                _ => new Obstacle("missing-address", $"{name}: {Errno.Message(error)}"),
            });
        }
    }
}
