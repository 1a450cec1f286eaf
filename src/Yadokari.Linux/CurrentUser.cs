using Yadokari.Linux.Native;

namespace Yadokari.Linux;

/// <summary>Who the calling process is.</summary>
public static class CurrentUser
{
    /// <summary>geteuid(2).</summary>
    public static uint Effective => (uint)LibC.Syscall((long)SystemCall.Geteuid, 0, 0, 0, 0, 0, 0);
}
