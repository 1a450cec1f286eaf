namespace Yadokari.Cli;

/// <summary>The environment of a new job: this process's, with what <c>--env</c> says.</summary>
public static class JobEnvironment
{
    /// <param name="own">NAME=value each.</param>
    /// <param name="changes">NAME=value sets, NAME removes; the last one of a name counts.</param>
    /// <exception cref="CommandFailure">A change has no name.</exception>
    public static IReadOnlyList<string> Make(IReadOnlyList<string> own, IReadOnlyList<string> changes)
    {
        List<string> result = [.. own];
        foreach (string change in changes)
        {
            string name = change.Split('=', 2)[0];
            if (name.Length == 0)
            {
                throw new CommandFailure(ExitStatus.WrongUsage, $"'{change}' is no variable: give NAME=VALUE, or NAME to remove it");
            }

            result.RemoveAll(e => e.StartsWith(name + "=", StringComparison.Ordinal));
            if (change.Length > name.Length)
            {
                result.Add(change);
            }
        }

        return result;
    }
}
