using Yadokari.Engine.Restore;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Requests of ioctl_tty(2) that plans make.</summary>
internal static class TerminalCall
{
    /// <summary>O_RDWR|O_NOCTTY|O_NONBLOCK|O_CLOEXEC.</summary>
    public const int QuietFlags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;

    public static Argument SetSettings => Argument.Named(0x5402, "TCSETS");

    public static Argument Flow => Argument.Named(0x540a, "TCXONC");

    public static Argument SetExclusive => Argument.Named(0x540c, "TIOCEXCL");

    public static Argument TakeControl => Argument.Named(0x540e, "TIOCSCTTY");

    public static Argument SetForeground => Argument.Named(0x5410, "TIOCSPGRP");

    public static Argument SetWindow => Argument.Named(0x5414, "TIOCSWINSZ");

    public static Argument SetPacketMode => Argument.Named(0x5420, "TIOCPKT");

    public static Argument GiveUpControl => Argument.Named(0x5422, "TIOCNOTTY");

    public static Argument OpenPeer => Argument.Named(0x5441, "TIOCGPTPEER");

    public static Argument SetLock => Argument.Named(0x40045431, "TIOCSPTLCK");

    public static Argument GetNumber => Argument.Named(0x80045430, "TIOCGPTN");
}
