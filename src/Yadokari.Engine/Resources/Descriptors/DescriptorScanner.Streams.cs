using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>Streams that lead outside, and whose they become.</content>
internal sealed partial class DescriptorScanner
{
    /// <summary>One of the streams of the caller: it follows the job as a pipe.</summary>
    private DescriptorImage? OfCaller(OpenDescription description, int stream)
    {
        if (description.Status.IsCharacterDevice || description.Status.IsDirectory)
        {
            return Scan(description);
        }

        if (description.Status.IsSocket || (!description.Status.IsFifo && !description.Status.IsRegular))
        {
            return Refuse(description, "socket-stream", $"the caller's {description.Link} is no pipe and no file; give the job a pipe");
        }

        if (description.Info.Locks.Count > 0)
        {
            return Refuse(description, "file-lock", $"a lock on {description.Link}, which is the caller's, can't be carried; give it up");
        }

        // Open for both, a stream that is a pipe in the end would lose one direction.
        if ((description.Flags & O_ACCMODE) != (stream == 0 ? 0 : O_WRONLY))
        {
            return Refuse(description, "two-way-stream", $"the caller's {description.Link} is open in the wrong direction, or in both; open it for reading as stream 0, for writing as stream 1 or 2");
        }

        return Inherit(description) with { Stream = stream, Exact = true };
    }

    /// <summary>The same description in the job's main process: of that itself each.</summary>
    private OpenDescription? InMain(OpenDescription description) => _main ? description : _shared.InMain(description);

    /// <summary>What leads outside is the resumer's only where it is a stream of the main process: what is one of a child alone may
    /// lead to another process of the job, or to nobody that whoever resumes has.</summary>
    private DescriptorImage? OfMain(OpenDescription description) => InMain(description) is { StandardStream: >= 0 } stream
        ? InheritOutside(description) is null ? null : InheritAs(description, stream)
        : Refuse(description, "stream-to-outside", $"{description.Link} leads to another process, and is no stream of the job's main process; close it");

    /// <summary>Numbers that the main process has for it too are the resumer's streams of these numbers, all others that of the main's first.</summary>
    private static InheritedStreamImage InheritAs(OpenDescription description, OpenDescription stream) => Inherit(description) with
    {
        Stream = stream.StandardStream,
        Exact = description.Numbers.Exists(number => number.Number <= 2 && !stream.Numbers.Exists(own => own.Number == number.Number)),
    };

    /// <summary>An end of a pseudoterminal of the job. /dev/tty is opened again by the process itself, which has the terminal then; one
    /// that several have, or that nobody else may open, becomes an end by number.</summary>
    private void AddTerminal(OpenDescription description, JobTerminal terminal)
    {
        if (description.IsPtyMaster)
        {
            AddShared(description, new PtyMasterImage { Numbers = description.Numbers, Flags = description.Flags, Terminal = terminal.Number });
        }
        else if (PseudoTerminals.IsOwnTerminal(description) && !_shared.IsShared(description) && !terminal.IsExclusive && terminal.IsControlledBy(_pid))
        {
            Add(description, PathOf(description, "/dev/tty"));
        }
        else
        {
            AddShared(description, new PtySlaveImage { Numbers = description.Numbers, Flags = description.Flags, Terminal = terminal.Number });
        }
    }

    private DescriptorImage? InheritOutside(OpenDescription description) => _options.RefuseOutsideStreams
        ? Refuse(description, "stream-to-outside", $"{description.Link} leads to another process, which does not come along; start the job with 'yado run', or give it files")
        : Inherit(description);

    private DescriptorImage? RefuseTerminal(OpenDescription description) => Refuse(description, "terminal-stream",
        $"{description.Link} is a terminal of this host, and does not follow the job; start it with --detach, or with pipes or files for its streams");

    /// <summary>The terminal that whoever resumes has another for, by its own name or as the terminal that the process runs in.</summary>
    private bool IsStreamTerminal(OpenDescription description) => _options.StreamTerminal is { } device
        && (description.Status.RawDevice == device
            || (description.Status is { RawMajor: TerminalScanner.OwnTerminalMajor, RawMinor: 0 } && TerminalScanner.IsTerminalOf(_pid, device)));

    private static InheritedStreamImage Inherit(OpenDescription description) => new()
    {
        Numbers = description.Numbers,
        Flags = description.Flags,
        Stream = description.StandardStream,
        Was = description.Link,
    };
}
