namespace Yadokari.Linux.Abi;

/// <summary>Options of wait4(2) and waitid(2) (linux/wait.h). Named as there.</summary>
public static class Wait
{
    public const int WNOHANG = 1;
    public const int WSTOPPED = 2;
    public const int WEXITED = 4;
    public const int WNOWAIT = 0x1000000;

    public const int __WALL = 0x40000000;
    public const int P_PID = 1;
}
