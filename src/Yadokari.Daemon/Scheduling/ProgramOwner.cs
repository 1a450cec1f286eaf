using Yadokari.Linux;
using Yadokari.Linux.Trusted;
using Yadokari.Scheduling.Choosing;

namespace Yadokari.Daemon.Scheduling;

/// <summary>
/// Whose a program is that is run as the policy: it runs as the daemon's user, so nobody else may be able to change it or to put
/// another one in its place. Looked at when it is chosen, also by another host, which cannot know who is a user of this one, and
/// again each time it is started.
/// </summary>
public static class ProgramOwner
{
    /// <summary>A program that is not there is told when it is started.</summary>
    /// <exception cref="PolicyChoiceException">A stranger may have put it there.</exception>
    public static void Require(string path)
    {
        if (FindFault(path) is { } fault)
        {
            throw new PolicyChoiceException($"the policy program {path} is not taken: {fault}");
        }
    }

    /// <summary>Null, or why the program is not run.</summary>
    public static string? FindFault(string path)
    {
        try
        {
            return TrustedPath.FindFault(path);
        }
        catch (SystemCallException failure)
        {
            return failure.Message;
        }
    }
}
