using System.Diagnostics;

namespace Yadokari.Cli.Lab;

/// <summary>The system's own programs that the lab is made with.</summary>
public static class SystemTool
{
    private static readonly string[] Directories = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>Full path of a program in the PATH or the usual directories; null when there is none.</summary>
    public static string? Find(string name)
    {
        string[] path = Environment.GetEnvironmentVariable("PATH")?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return path.Concat(Directories).Select(d => Path.Combine(d, name)).FirstOrDefault(IsExecutable);
    }

    /// <exception cref="CommandFailure">The program is missing; says in which package of Debian it is.</exception>
    public static string Require(string name, string package) => Find(name)
        ?? throw new CommandFailure(ExitStatus.Failed, $"the lab needs the program '{name}', which is not here; on Debian: apt-get install {package}");

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="CommandFailure">It failed; the message has its last line.</exception>
    public static string Run(string program, params IReadOnlyList<string> arguments)
    {
        (int status, string output, string errors) = RunToEnd(program, arguments);
        if (status != 0)
        {
            string reason = errors.Trim().Split('\n')[^1];
            throw new CommandFailure(ExitStatus.Failed, $"{Path.GetFileName(program)} {string.Join(' ', arguments)} failed: {reason}");
        }

        return output;
    }

    /// <summary>Runs a program to its end; null when it succeeded, else its last line or what there is to say.</summary>
    public static string? Try(string program, params IReadOnlyList<string> arguments)
    {
        (int status, _, string errors) = RunToEnd(program, arguments);
        return status == 0 ? null : errors.Trim() is { Length: > 0 } text ? text.Split('\n')[^1] : $"ended with status {status}";
    }

    private static (int Status, string Output, string Errors) RunToEnd(string program, IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    private static bool IsExecutable(string path) =>
        File.Exists(path) && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}
