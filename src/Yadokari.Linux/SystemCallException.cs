namespace Yadokari.Linux;

/// <summary>A system call failed where it should not. What happens in normal life (a process that is
/// gone, a file that does not exist) is a return value instead.</summary>
/// <param name="call">The call as strace would name it, e.g. <c>ptrace(SEIZE)</c>.</param>
/// <param name="errno">The error number (errno.h).</param>
/// <param name="subject">What it was asked about: a path, a tid.</param>
public sealed class SystemCallException(string call, int errno, string? subject = null)
    : Exception($"{call}{(subject is null ? "" : $" {subject}")}: {Errno.Message(errno)}")
{
    public string Call { get; } = call;

    public int Number { get; } = errno;

    public string? Subject { get; } = subject;

    /// <summary>Whether a failure says that this program may not look: EACCES, EPERM, or .NET's word for them.</summary>
    public static bool IsForbidden(Exception failure) => failure is UnauthorizedAccessException or SystemCallException { Number: Errno.EACCES or Errno.EPERM };
}
