using Yadokari.Protocol;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Jobs;

/// <summary>Finds the file of a program as execvp(3) does.</summary>
public static class ProgramPath
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <exception cref="YadoException">No such program, exit status 4.</exception>
    public static string Find(string program, IReadOnlyList<string> environment, string workingDirectory)
    {
        if (program.Contains('/'))
        {
            string path = Path.GetFullPath(program, workingDirectory);
            return IsProgram(path) ? path : throw Missing(program, File.Exists(path) ? "it is not executable" : "there is no such file");
        }
        string search = environment.FirstOrDefault(e => e.StartsWith("PATH=", StringComparison.Ordinal))?[5..] ?? "/usr/bin:/bin";
        foreach (string directory in search.Split(':'))
        {
            string path = Path.GetFullPath(Path.Combine(directory, program), workingDirectory);
            if (path.Length <= Limits.MaxPathLength && IsProgram(path))
            {
                return path;
            }
        }
        throw Missing(program, "it is in no directory of PATH");
    }

    private static bool IsProgram(string path) => File.Exists(path) && (File.GetUnixFileMode(path) & AnyExecute) != 0;

    private static YadoException Missing(string program, string why) => new(YadoError.NotFound, $"cannot start '{program}': {why}");
}
