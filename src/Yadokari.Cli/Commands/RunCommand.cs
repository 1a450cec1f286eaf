using System.CommandLine;
using System.Globalization;
using Yadokari.Cli.Streams;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Services;
using Yadokari.Protocol.Streams;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado run</c>: starts a program as a job.</summary>
public static class RunCommand
{
    private static readonly Option<string?> Name = new("--name", "-n") { Description = "Name of the job; made from the program's when left out", HelpName = "NAME" };

    private static readonly Option<bool> Detach = new("--detach", "-d") { Description = "Return when it runs; its output goes to its log" };

    private static readonly Option<bool> Tty = new("--tty") { Description = "With --detach: give it a terminal of its own, for 'yado attach'" };

    private static readonly Option<bool> NoTty = new("--no-tty")
    {
        Description = "Let it use this terminal itself, instead of one of its own; it can't be moved then",
    };

    private static readonly Option<DetachKeys> Keys = TerminalOptions.Keys();

    private static readonly Option<string?> OnHost = new("--host") { Description = "Start it on this host", HelpName = "HOST" };

    private static readonly Option<string?> Tcp = CommonOptions.Tcp("refuse");

    private static readonly Option<string?> Cpu = new("--cpu")
    {
        Description = "Cpu features it may use, so that it can move to older processors: baseline, v2 or v3; all of this host's when left out",
        HelpName = "LEVEL",
    };

    private static readonly Option<string?> Service = new("--service")
    {
        Description = "Start a movable RPC server under this name: the folder of the program travels, its state moves, its clients go on calling",
        HelpName = "NAME",
    };

    private static readonly Option<int> Port = new("--port")
    {
        Description = "With --service: port for HTTP/1.1, the next one is for HTTP/2; any free ones when left out",
        HelpName = "PORT",
    };

    private static readonly Option<string?> Forward = new("--forward")
    {
        Description = "With --service: how long a host that the service has left passes plain calls on, e.g. 90s, 10m, 2h; when left out it says where the service is",
        HelpName = "TIME",
    };

    private static readonly Option<string?> Directory = new("--dir") { Description = "Its working directory, on the host where it starts; this one when left out", HelpName = "DIRECTORY" };

    private static readonly Option<string[]> Variables = new("--env", "-e")
    {
        Description = "Set a variable of its environment, or with the name alone remove one; may be given several times",
        HelpName = "NAME=VALUE",
    };

    private static readonly Option<TimeSpan?> Every = Quantity.DurationOption("--every", "Save it that often while it runs");

    private static readonly Option<int> Keep = new("--keep") { Description = "With --every: how many checkpoints are kept", DefaultValueFactory = _ => 1, HelpName = "N" };

    private static readonly Option<bool> Restart = new("--restart")
    {
        Description = "With --every: when its host went down, it goes on from the last checkpoint once the host's daemon is there again",
    };

    private static readonly Option<long?> LogSize = Quantity.SizeOption(
        "--log-size", "With --detach: keep at least that much of the end of its output, and of its errors; the disk gets back what is before");

    private static readonly Option<long?> Memory = Quantity.SizeOption("--memory", "Memory for all its processes together; one that needs more is killed");

    private static readonly Option<double?> Cpus = Quantity.NumberOption(
        "--cpus", "Processors for all its processes together, e.g. 2 or 0.5", JobLimits.LeastCpus, JobLimits.MostCpus);

    private static readonly ProgramArgument Words = new("PROGRAM")
    {
        Description = "The program and its arguments, which are never touched",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Create()
    {
        Command command = new("run", "Start a program as a job") { Name, Detach, Tty, NoTty, Keys, OnHost, Directory, Variables, Cpu, Tcp, Every, Keep, Restart, LogSize, Memory, Cpus, Service, Port, Forward, Words };
        Cpu.AcceptOnlyFromAmong("baseline", "v2", "v3");
        command.Validators.Add(result =>
        {
            if (result.GetResult(Every) is null && (result.GetValue(Restart) || result.GetResult(Keep) is { Implicit: false }))
            {
                result.AddError("--keep and --restart need --every TIME");
            }
            else if (result.GetValue(Restart) && !result.GetValue(Detach))
            {
                result.AddError("--restart needs --detach: a job that is resumed by itself has nobody's streams");
            }
            else if (result.GetValue(Tty) && (!result.GetValue(Detach) || result.GetValue(NoTty) || result.GetResult(Service) is not null))
            {
                result.AddError("--tty is for --detach: in a terminal a job has one of its own by itself");
            }
            else if (result.GetResult(Service) is not null && (result.GetResult(Memory) is not null || result.GetResult(Cpus) is not null))
            {
                result.AddError("--memory and --cpus are for jobs, not for services");
            }
            else if (result.GetResult(Memory) is { Errors: var errors } && !errors.Any() && result.GetValue(Memory) < JobLimits.LeastMemoryBytes)
            {
                result.AddError("--memory must be 1M at least");
            }
            else if (result.GetResult(LogSize) is not null && (!result.GetValue(Detach) || result.GetValue(Tty) || result.GetResult(Service) is not null))
            {
                result.AddError("--log-size is for the log of a job: it needs --detach, without --tty and --service");
            }
        });
        command.SetAction(RunAsync);
        HelpWithExamples.SetText(command,
            """
            In the foreground, streams, signals and exit status are the program's, wherever it is moved meanwhile. In a terminal
            the program has one of its own, which is shown in yours and follows it. Ctrl-P Ctrl-Q leaves it (--detach-keys): the
            program runs on, and 'yado attach' comes back.
            Nothing is preloaded or wrapped: the program runs at full speed.

            Examples:
              yado run -- python3 simulate.py
              yado run --detach --name sim -- ./simulate --steps 1000000
              yado run -- vim letter.txt
              yado run --detach --tty --name session -- bash
              yado run --detach --host h2 -- gzip -9 data.tar
              yado run --service rdict --port 8080 -- out/rdict         (docs/rpc.md)
              yado run --detach --every 10m --keep 3 --restart -- ./simulate
              yado run --detach --log-size 10M -- ./talkative
              yado run --memory 4G --cpus 1.5 -- ./simulate
            """);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        bool detach = parsed.GetValue(Detach);
        if (parsed.GetValue(Service) is { } service)
        {
            return await StartServiceAsync(parsed, service, cancel);
        }
        if (parsed.GetValue(Port) != 0 || parsed.GetValue(Forward) is not null)
        {
            throw new CommandFailure(ExitStatus.WrongUsage, "--port and --forward are for services: give --service NAME, too");
        }
        using YadoClient here = await LocalDaemon.ConnectAsync(cancel);
        using YadoClient? there = parsed.GetValue(OnHost) is { } host ? await LocalDaemon.FindHostAsync(here, host, cancel) : null;
        // Only a daemon on this machine can take over the caller's own streams.
        bool terminal = detach ? parsed.GetValue(Tty) : !parsed.GetValue(NoTty) && OwnTerminal.IsThere;
        JobStreams streams = terminal ? JobStreams.Relayed : detach ? JobStreams.Log : there is null ? JobStreams.Inherit : JobStreams.Relayed;
        if (!detach && (terminal || streams == JobStreams.Inherit))
        {
            JobSignals.AwaitForeground();
        }
        JobInfo job = await (there ?? here).StartJobAsync(
            new StartJob
            {
                Name = parsed.GetValue(Name),
                Arguments = parsed.GetRequiredValue(Words),
                Environment = JobEnvironment.Make(Foreground.OwnEnvironment, parsed.GetValue(Variables) ?? []),
                WorkingDirectory = parsed.GetValue(Directory) is { } directory ? Path.GetFullPath(directory) : Environment.CurrentDirectory,
                Plan = parsed.GetValue(Every) is { } every ? new CheckpointPlan(every.TotalSeconds, parsed.GetValue(Keep), parsed.GetValue(Restart)) : null,
                Tcp = parsed.GetValue(Tcp),
                Cpu = parsed.GetValue(Cpu),
                LogSize = parsed.GetValue(LogSize),
                Limits = parsed.GetValue(Memory) is null && parsed.GetValue(Cpus) is null ? null : new JobLimits(parsed.GetValue(Memory), parsed.GetValue(Cpus)),
                Settings = OwnSettings.Read(),
                Streams = streams,
                StreamsOf = streams == JobStreams.Inherit ? Environment.ProcessId : null,
                Terminal = !terminal ? null : detach ? TerminalOptions.Unseen : OwnTerminal.Describe(),
                Alone = detach,
            },
            cancel);
        if (!detach && parsed.GetValue(NoTty) && OwnTerminal.IsThere)
        {
            Console.Error.WriteLine($"yado: {job.Name} uses this terminal itself and can't be moved (terminal-stream)");
        }

        if (detach)
        {
            Console.WriteLine(job.Name);
            return ExitStatus.Done;
        }

        if (terminal)
        {
            using JobRoute route = new(there ?? here, job, cancel);
            return await TerminalVisit.RunAsync(route, job, parsed.GetRequiredValue(Keys), new AttachedStreams(0, 0, 0, 0), redraw: false, cancel);
        }

        return await StayAsync(there ?? here, job, cancel);
    }

    /// <summary>A service is always detached: it serves when this returns.</summary>
    private static async Task<int> StartServiceAsync(ParseResult parsed, string name, CancellationToken cancel)
    {
        string[] words = parsed.GetRequiredValue(Words);
        using YadoClient here = await LocalDaemon.ConnectAsync(cancel);
        using YadoClient? there = parsed.GetValue(OnHost) is { } host ? await LocalDaemon.FindHostAsync(here, host, cancel) : null;
        JobInfo job = await (there ?? here).StartServiceAsync(
            new StartService
            {
                Name = name,
                Program = Path.GetFullPath(words[0]),
                Arguments = words[1..],
                Environment = Foreground.OwnEnvironment,
                Settings = OwnSettings.Read(),
                Port = parsed.GetValue(Port),
                ForwardSeconds = parsed.GetValue(Forward) is { } time ? (int)ReadTime(time).TotalSeconds : 0,
            },
            cancel);
        Console.WriteLine($"{job.Name} serves on {job.Host}: http://{job.ServiceAddress}, HTTP/2 on http://{job.ServiceHttp2Address}");
        return ExitStatus.Done;
    }

    private static TimeSpan ReadTime(string text)
    {
        double seconds = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        return seconds > 0 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            && number * seconds <= Protocol.Limits.MaxForwardSeconds
            ? TimeSpan.FromSeconds(number * seconds)
            : throw new CommandFailure(ExitStatus.WrongUsage, $"'{text}' is no time: give a number and s, m or h, e.g. 10m");
    }

    /// <summary>Passes signals and streams on until the job has ended, wherever it goes.</summary>
    private static async Task<int> StayAsync(YadoClient host, JobInfo job, CancellationToken cancel)
    {
        using CancellationTokenSource given = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using JobSignals signals = new(host, job, given.Cancel);
        using JobRoute route = new(host, job, given.Token);
        try
        {
            if (job.Streams == JobStreams.Inherit)
            {
                // As long as it is here, it has this process' own streams, and nothing stands between.
                JobInfo state = await route.WaitHereAsync();
                if (state.State != JobState.Moved)
                {
                    return JobEnding.StatusOf(state);
                }
            }

            await new CallerStreams(route, given.Token).RunAsync();
            return JobEnding.StatusOf(await route.WaitAsync());
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CommandFailure(ExitStatus.Failed, $"given up: {route.Host.Place} does not answer; {job.Name} runs on there, 'yado wait {job.Name}' waits for it");
        }
    }
}
