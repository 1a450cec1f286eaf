using System.Collections;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Spawn;

namespace Yadokari.Cli;

/// <summary>Commands that take this process's place, with its terminal, pid and exit status.</summary>
public static class Foreground
{
    /// <summary>This process's environment, NAME=value.</summary>
    public static IReadOnlyList<string> OwnEnvironment =>
        [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(e => $"{e.Key}={e.Value}")];

    /// <summary>Becomes a command (execve); returns only by throwing.</summary>
    /// <param name="command">The program's path, then its arguments.</param>
    /// <exception cref="SystemCallException">It can't be executed.</exception>
    public static int Become(IReadOnlyList<string> command) => Become(command[0], command);

    /// <summary>The same, of a program that is not called as its path says.</summary>
    public static int Become(string program, IReadOnlyList<string> command)
    {
        RemoveRuntimeFiles();
        ChildProcess.Execute(program, command, OwnEnvironment);
        throw new InvalidOperationException($"execve of {program} returned");
    }

    /// <summary>The .NET runtime's pipes and socket for debuggers, which it removes when it ends, but not at execve.</summary>
    private static void RemoveRuntimeFiles()
    {
        foreach (string pattern in (string[])[$"clr-debug-pipe-{Environment.ProcessId}-*", $"dotnet-diagnostic-{Environment.ProcessId}-*"])
        {
            foreach (string file in Directory.EnumerateFiles(Path.GetTempPath(), pattern).Where(f => FileStatus.AtPath(f)?.Uid == CurrentUser.Effective))
            {
                File.Delete(file);
            }
        }
    }
}
