using System.Net;
using Yadokari.Daemon.Services;
using Yadokari.Engine.Checkpointing;
using Yadokari.Protocol;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Programs;
using Yadokari.Protocol.Services;
using Yadokari.Protocol.Streams;

namespace Yadokari.Daemon.Api;

/// <summary>Checks messages from outside before anything is done with them.</summary>
public static class Bounds
{
    private const int MaxSignal = 64;
    private const int ShownCharacters = 40;
    private const ulong MaxUserAddress = 1UL << 47;

    /// <exception cref="YadoException">Something is missing, too long or too many; exit status 2.</exception>
    public static StartJob Check(StartJob start)
    {
        CheckName(start.Name);
        CheckList(start.Arguments, Limits.MaxArguments, "arguments");
        CheckList(start.Environment, Limits.MaxEnvironment, "environment");
        CheckPath(start.WorkingDirectory, "working directory");
        if (start.Arguments.Count == 0 || start.Arguments[0].Length == 0)
        {
            throw Wrong("no program is given");
        }
        CheckPlan(start.Plan);
        CheckSettings(start.Settings);
        CheckTcp(start.Tcp);
        CheckLimits(start.Limits);
        CheckLogSize(start.LogSize);
        if (start.LogSize is not null && start.Streams != JobStreams.Log)
        {
            throw Wrong("the size of a log is for a job whose output goes to its log");
        }
        if (start.Terminal is not null && !(start.Streams == JobStreams.Relayed && IsTerminal(start.Terminal)))
        {
            throw Wrong("the terminal is not a possible one");
        }
        return start;
    }

    /// <exception cref="YadoException">Exit status 2.</exception>
    public static StartService Check(StartService start)
    {
        CheckName(start.Name);
        CheckPath(start.Program, "program");
        CheckList(start.Arguments, Limits.MaxArguments, "arguments");
        CheckList(start.Environment, Limits.MaxEnvironment, "environment");
        CheckSettings(start.Settings);
        const int mostPort = 65_534;
        if (start.Port is < 0 or > mostPort)
        {
            throw Wrong($"{start.Port} is not a port whose next one exists, too");
        }
        return start.ForwardSeconds is >= 0 and <= Limits.MaxForwardSeconds
            ? start
            : throw Wrong($"calls can be passed on for at most {Limits.MaxForwardSeconds} s");
    }

    private static void CheckSettings(CallerSettings? settings)
    {
        const int mostMask = 511, leastNice = -20, mostNice = 19, mostResource = 63;
        if (settings is not null
            && (settings.Umask is < 0 or > mostMask || settings.Nice is < leastNice or > mostNice
                || settings.Processors is { Length: > CallerSettings.MaxProcessorBytes }
                || settings.Limits.Count > CallerSettings.MaxLimits || settings.Limits.Any(l => l is null || l.Resource is < 0 or > mostResource || l.Soft > l.Hard)))
        {
            throw Wrong("the settings of the caller (umask, nice, processors, limits) are not possible ones");
        }
    }

    /// <exception cref="YadoException">Exit status 2.</exception>
    public static AdoptJob Check(AdoptJob adopt)
    {
        CheckName(adopt.Name);
        return adopt.Pid > 0 ? adopt : throw Wrong($"{adopt.Pid} is not the number of a process");
    }

    /// <exception cref="YadoException">Exit status 2.</exception>
    public static DrainHost Check(DrainHost drain)
    {
        if (drain.WithinSeconds is { } within && !(within is > 0 and <= Limits.MaxSeconds))
        {
            throw Wrong("the time of a drain is out of range");
        }
        if (drain.BytesPerSecond is <= 0 or > Limits.MaxImageBytes)
        {
            throw Wrong("the rate of a drain is out of range");
        }
        CheckTcp(drain.Tcp);
        if (drain.SaveTo is { } directory)
        {
            CheckPath(directory, "directory");
        }
        return drain;
    }

    /// <exception cref="YadoException">Exit status 2.</exception>
    public static ResumeJob Check(ResumeJob resume)
    {
        CheckName(resume.Name);
        CheckPath(resume.Path, "context file");
        return resume;
    }

    /// <exception cref="YadoException">Exit status 2.</exception>
    public static CheckpointJob Check(CheckpointJob checkpoint)
    {
        CheckPath(checkpoint.Path, "context file");
        CheckHold(checkpoint.HoldSeconds);
        CheckTcp(checkpoint.Tcp);
        return checkpoint;
    }

    /// <exception cref="YadoException">Exit status 2.</exception>
    public static RegisterProgram Check(RegisterProgram program)
    {
        CheckName(program.Name);
        CheckMailbox(program.Mailbox);
        return program;
    }

    /// <exception cref="YadoException">Exit status 2.</exception>
    public static ResumedProgram Check(ResumedProgram program)
    {
        CheckName(program.Name);
        CheckMailbox(program.Mailbox);
        return program;
    }

    /// <exception cref="YadoException">Exit status 2.</exception>
    public static CheckpointProgram Check(CheckpointProgram checkpoint)
    {
        CheckPath(checkpoint.Path, "context file");
        return checkpoint;
    }

    /// <exception cref="YadoException">Exit status 2.</exception>
    public static SignalJob Check(SignalJob signal) =>
        signal.Signal is >= 1 and <= MaxSignal ? signal : throw Wrong($"{signal.Signal} is not the number of a signal");

    /// <exception cref="YadoException">Exit status 2.</exception>
    public static MoveJob Check(MoveJob move)
    {
        CheckHold(move.HoldSeconds);
        CheckTcp(move.Tcp);
        CheckName(move.Host);
        if (move.PatienceSeconds is { } patience && !(patience >= 0 && patience <= Limits.MaxSeconds))
        {
            throw Wrong($"a move waits for calls from 0 to {Limits.MaxSeconds} seconds, not {patience}");
        }
        if (move.Via is { } via)
        {
            CheckPath(via, "directory");
        }
        return move.Target.Length is > 0 and <= Limits.MaxNameLength ? move : throw Wrong("no host is given");
    }

    /// <exception cref="YadoException">Exit status 2.</exception>
    public static CheckJob Check(CheckJob check)
    {
        CheckTcp(check.Tcp);
        return check.Target is null or { Length: > 0 and <= Limits.MaxNameLength } ? check : throw Wrong("no host is given");
    }

    /// <exception cref="YadoException">Exit status 2.</exception>
    public static ForeseeMove Check(ForeseeMove question)
    {
        Check(question.Offer);
        return question;
    }

    /// <exception cref="YadoException">Exit status 2.</exception>
    public static MoveOffer Check(MoveOffer offer)
    {
        if (!Guid.TryParseExact(offer.MoveId, "n", out _))
        {
            throw Wrong("the offer has no id");
        }
        if (!Limits.IsName(offer.JobId) || !Limits.IsName(offer.JobName) || !Limits.IsName(offer.SourceName) || !Limits.IsName(offer.SourceInstance))
        {
            throw Wrong("the offer has a name that is none");
        }
        CheckMailbox(offer.Mailbox);
        CheckList(offer.Arguments, Limits.MaxArguments, "arguments");
        if (offer.Epoch < 2 || offer.EstimatedBytes < 0 || offer.EstimatedBytes > Limits.MaxImageBytes || offer.SourceAddress.Length > Limits.MaxNameLength)
        {
            throw Wrong("the offer has a number out of range");
        }
        if (offer.Via is { } via)
        {
            CheckPath(via, "directory");
            if (offer.ViaProof is null || offer.Service is not null)
            {
                throw Wrong("the offer has a directory that is none");
            }
        }
        if (offer.Service is { } service)
        {
            CheckService(service);
        }
        CheckPlan(offer.Plan);
        CheckTcp(offer.Tcp);
        CheckLimits(offer.Limits);
        CheckLogSize(offer.LogSize);
        if (!IsPlaceInLog(offer.LogsFrom))
        {
            throw Wrong("the offer's log begins nowhere");
        }
        return offer;
    }

    /// <exception cref="YadoException">Exit status 2.</exception>
    public static PrepareMove Check(PrepareMove prepare) =>
        InRange(prepare.ImageLength) && IsPlaceInLog(prepare.OutputLength) && IsPlaceInLog(prepare.ErrorsLength)
            && prepare.OutputFrom >= 0 && prepare.OutputFrom <= prepare.OutputLength && prepare.ErrorsFrom >= 0 && prepare.ErrorsFrom <= prepare.ErrorsLength
            && (prepare.Relay is not { } relay || (InRange(relay.InputFrom) && InRange(relay.InputLength) && relay.InputFrom <= relay.InputLength
                && relay.OutputFrom >= 0 && relay.OutputFrom <= prepare.OutputLength
                && relay.ErrorsFrom >= 0 && relay.ErrorsFrom <= prepare.ErrorsLength
                && (relay.Terminal is null || IsTerminal(relay.Terminal))))
            ? prepare
            : throw Wrong("a length is out of range");

    /// <summary>For messages: what a user can read at a glance.</summary>
    public static string Shorten(string text) => text.Length <= ShownCharacters ? text : text[..ShownCharacters] + "…";

    private static void CheckService(ServiceOffer service)
    {
        ServiceSpec spec = service.Spec;
        CheckSettings(spec.Settings);
        CheckList(spec.Arguments, Limits.MaxArguments, "arguments");
        CheckList(spec.Environment, Limits.MaxEnvironment, "environment");
        // The executable is one name in the program folder, never a way out of it.
        if (!ProgramStore.IsHash(spec.ProgramHash) || spec.ProgramBytes is < 0 or > Limits.MaxProgramBytes
            || spec.Executable.Length is 0 or > Limits.MaxArgumentLength || spec.Executable.Contains('/') || spec.Executable is "." or ".."
            || !IPEndPoint.TryParse(service.Place.Address, out _) || !IPEndPoint.TryParse(service.Place.Http2Address, out _))
        {
            throw Wrong("the offer's service is not one");
        }
    }

    private static void CheckPlan(CheckpointPlan? plan)
    {
        if (plan is null)
        {
            return;
        }
        if (!(plan.EverySeconds is >= Limits.MinCheckpointSeconds and <= Limits.MaxSeconds))
        {
            throw Wrong($"the time between checkpoints must be {Limits.MinCheckpointSeconds} s at least");
        }
        if (plan.Keep is < 1 or > Limits.MaxCheckpoints)
        {
            throw Wrong($"of its checkpoints a job keeps 1 to {Limits.MaxCheckpoints}, not {plan.Keep}");
        }
    }

    private static bool IsTerminal(RelayedTerminal terminal) =>
        terminal.Settings is { Length: 0 or Linux.Descriptors.Terminal.SettingsLength }
        && terminal.Rows is >= 0 and <= Limits.MaxWindow && terminal.Columns is >= 0 and <= Limits.MaxWindow && terminal.Session >= 0
        && terminal.Lines is not null && terminal.Lines.All(line => line is not null) && terminal.Rest is not null
        && terminal.Lines.Sum(line => (long)line.Length) + terminal.Rest.Length <= Limits.MaxTyped;

    private static bool InRange(long length) => length is >= 0 and <= Limits.MaxImageBytes;

    private static bool IsPlaceInLog(long place) => place is >= 0 and <= Limits.MaxLogBytes;

    private static void CheckLimits(JobLimits? limits)
    {
        if (limits is null)
        {
            return;
        }
        if (limits.MemoryBytes is < JobLimits.LeastMemoryBytes or > Limits.MaxImageBytes)
        {
            throw Wrong($"a job can have from {JobLimits.LeastMemoryBytes} to {Limits.MaxImageBytes} bytes of memory, not {limits.MemoryBytes}");
        }
        if (limits.Cpus is { } cpus && !(cpus is >= JobLimits.LeastCpus and <= JobLimits.MostCpus))
        {
            throw Wrong($"a job can have from {JobLimits.LeastCpus} to {JobLimits.MostCpus} processors, not {cpus}");
        }
    }

    private static void CheckLogSize(long? size)
    {
        if (size is < 1 or > Limits.MaxImageBytes)
        {
            throw Wrong($"of a log 1 to {Limits.MaxImageBytes} bytes can be kept, not {size}");
        }
    }

    private static void CheckMailbox(ulong? address)
    {
        if (address is not (null or (> 0 and < MaxUserAddress)) || address % sizeof(ulong) is not (null or 0))
        {
            throw Wrong("the mailbox is at no address of a program");
        }
    }

    private static void CheckTcp(string? rule)
    {
        if (rule is not null && TcpRule.Parse(rule) is null)
        {
            throw Wrong($"'{Shorten(rule)}' is nothing that can become of connections: refuse, reset, or reset:PORT,PORT");
        }
    }

    private static void CheckHold(double? seconds)
    {
        if (seconds is not (null or (>= 0 and <= Limits.MaxHoldSeconds)))
        {
            throw Wrong($"the time to wait for a hold is not between 0 and {Limits.MaxHoldSeconds} s");
        }
    }

    private static void CheckName(string? name)
    {
        if (name is not null && !Limits.IsName(name))
        {
            throw Wrong($"'{Shorten(name)}' is no name: letters, digits, dot, hyphen and underscore, at most {Limits.MaxNameLength}");
        }
    }

    private static void CheckPath(string path, string what)
    {
        if (path.Length is 0 or > Limits.MaxPathLength || path[0] != '/' || path.Contains('\0'))
        {
            throw Wrong($"'{Shorten(path)}' is no absolute path of a {what}");
        }
    }

    private static void CheckList(IReadOnlyList<string> list, int most, string what)
    {
        if (list.Count > most)
        {
            throw Wrong($"more than {most} {what}");
        }
        foreach (string entry in list)
        {
            if (entry is null || entry.Length > Limits.MaxArgumentLength || entry.Contains('\0'))
            {
                throw Wrong($"an entry of the {what} is too long or holds a zero byte");
            }
        }
    }

    private static YadoException Wrong(string what) => new(YadoError.WrongUsage, what);
}
