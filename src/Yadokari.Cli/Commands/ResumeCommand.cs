using System.CommandLine;
using System.Globalization;
using Yadokari.Engine;
using Yadokari.Engine.Resume;
using Yadokari.Linux;
using Yadokari.Linux.Spawn;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado resume</c>: runs a context file after looking hard at it.</summary>
public static class ResumeCommand
{
    private static readonly Argument<string> ContextPath = new("FILE") { Description = "The context file" };

    private static readonly Option<bool> Detach = new("--detach") { Description = "Return when the process runs; it goes on in the background" };

    private static readonly Option<string?> PidFile = new("--pid-file")
    {
        Description = "Write the pid of the resumed process there",
        HelpName = "FILE",
    };

    public static Command Create()
    {
        Command command = new("resume", "Resume a context file; says clearly what is missing") { ContextPath, Detach, PidFile };
        command.SetAction(Run);
        HelpWithExamples.SetText(command,
            """
            Does what running the file does, but first checks every byte of it and lists everything this host lacks.
            In the foreground, terminal and exit status are the program's.
            Resuming a file that someone else made is running their program as you.

            Examples:
              yado resume job.ctx
              yado resume job.ctx --detach --pid-file job.pid
            """);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        string path = parsed.GetRequiredValue(ContextPath);
        string? pidFile = parsed.GetValue(PidFile);
        using RunnableContext runnable = ContextFileCheck.OpenToRun(path);
        string full = Path.GetFullPath(path);
        if (!parsed.GetValue(Detach) && pidFile is null)
        {
            try
            {
                return Foreground.Become(runnable.Program, [full]);
            }
            catch (SystemCallException e)
            {
                throw new EngineException(EngineError.HostLacks, $"{path} can't be executed here: {Errno.Message(e.Number)}", e);
            }
        }

        using HeldProcess held = HeldProcess.Prepare(full, new ResumeOptions { TellDaemon = true, Program = runnable.Program });
        if (pidFile is not null)
        {
            // Before the release: whoever waits for the file may act on the process at once.
            File.WriteAllText(pidFile, held.Pid.ToString(CultureInfo.InvariantCulture) + "\n");
        }

        held.Release();
        if (!parsed.GetValue(Detach))
        {
            return JobEnding.ShellStatusOf(ChildProcess.Wait(held.ShellPid));
        }

        Console.WriteLine($"{runnable.Context.Summary.Name} goes on as process {held.Pid}");
        return ExitStatus.Done;
    }
}
