namespace Yadokari.Linux.Abi;

/// <summary>Events of poll(2) (asm-generic/poll.h). Named as there.</summary>
public static class Poll
{
    public const short POLLIN = 1;
    public const short POLLPRI = 2;
    public const short POLLOUT = 4;
    public const short POLLERR = 8;
    public const short POLLHUP = 16;
    public const short POLLRDHUP = 0x2000;
}
