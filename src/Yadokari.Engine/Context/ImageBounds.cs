using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Process;
using Yadokari.Engine.Resources.Threads;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Elf;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Context;

/// <summary>Bounds of what a manifest may say, checked before anything is made of it.</summary>
internal static class ImageBounds
{
    private const int MaxMappings = 1 << 20;
    private const int MaxThreads = 1 << 15;
    private const int MaxPid = 1 << 22;
    private const int MaxDescriptor = 1 << 20;
    private const int MaxName = 256;
    private const int MaxTyped = 4096;
    private const int MaxHostName = 64;
    private const int MaxFilter = 4096 * 8;
    private const int RegistersLength = 216;
    private const int ActionsLength = 64 * 32;
    private const int SignalLength = 128;
    private const int TimerLength = 32;

    /// <exception cref="EngineException">BadContextFile.</exception>
    public static void Check(TreeImage image, long fileLength)
    {
        Whole(image.Processes, "the processes");
        Require(image.Processes.Count is > 0 and <= MaxThreads, "the number of processes");
        Whole(image.Ended, "the ended processes");
        Require(image.Origin.JobName is null or { Length: > 0 and <= MaxName }, "the name of the job");
        Whole(image.Origin.CpuFeatures, "the processor features");
        Whole(image.Origin.XsaveComponents, "the processor state");
        CheckDescriptors(image.Shared);
        Require(image.Shared.Descriptions.Count <= MaxDescriptor && image.Shared.Descriptions.All(SharedDescriptorImage.CanShare), "a shared descriptor");
        CheckTerminals(image);
        HashSet<int> before = [0];
        foreach (ProcessImage process in image.Processes)
        {
            Check(process, fileLength);
            Require(process.Descriptors.WorkingDirectory is not { } index || (index >= 0 && index < image.Shared.Descriptions.Count && image.Shared.Descriptions[index] is RemovedDirectoryImage), "a working directory");
            Require(!process.Descriptors.Descriptions.Any(description => description is RemovedDirectoryImage), "a removed directory");
            Require(!process.SharesDescriptors || (process is { Parent: not 0, Orphan: false } && process.Descriptors is { Descriptions.Count: 0, Pipes.Count: 0, Files.Count: 0 }), "a descriptor table");
            Require(!process.Orphan || process.Parent == image.Main.Attributes.Pid, "the parent of a process");
            Require(before.Contains(process.Parent) && (process.Parent == 0) == (process == image.Main) && before.Add(process.Attributes.Pid), "the parent of a process");
            Require(process.Descriptors.Descriptions.OfType<SharedDescriptorImage>().All(shared => shared.Index >= 0 && shared.Index < image.Shared.Descriptions.Count
                && (!shared.Listens || image.Shared.Descriptions[shared.Index] is SocketImage { Backlog: not null })), "a shared descriptor");
        }

        CheckCommon(image, fileLength);
        CheckIpc(image.Ipc);
        CheckPosixQueues(image);
        CheckUndos(image);
        Require(image.HostName is not { } host || (host is { Name.Length: <= MaxHostName, Domain.Length: <= MaxHostName }), "the host name");
        Require(image.HighestDescriptor <= MaxDescriptor, "a descriptor number");
        HashSet<int> living = [.. before];
        foreach (EndedProcessImage process in image.Ended)
        {
            Require(process.Pid is > 1 and <= MaxPid && process.Parent != 0 && living.Contains(process.Parent) && process.Name is not null && process.Status is >= 0 and <= 0xffff && (process.Status & 0x7f) <= 64 && process.ExitSignal is >= 0 and <= 64 and not (SIGKILL or SIGSTOP) && process.Group is >= 0 and <= MaxPid && process.Session is >= 0 and <= MaxPid && before.Add(process.Pid), "an ended process");
        }

        Require(image.Processes.All(process => process.Group is >= 0 and <= MaxPid && process.Session is >= 0 and <= MaxPid && process.Foreground is >= 0 and <= MaxPid && process.ExitSignal is >= 0 and <= 64), "the group of a process");
        Require(Restore.Skeleton.Of(image).Problems.Count == 0, "how its processes stand to each other");
    }

    /// <summary>The job's table alone has pseudoterminals, and each of their ends is of one of them.</summary>
    private static void CheckTerminals(TreeImage image)
    {
        Dictionary<int, PseudoTerminalImage> terminals = [];
        int before = -1;
        foreach (PseudoTerminalImage terminal in image.Shared.Terminals)
        {
            Require(terminal.Number > before && terminal.Number <= MaxDescriptor, "the number of a terminal");
            Require(terminal.Settings.Length == Terminal.SettingsLength && terminal.Window.Length == 8, "the settings of a terminal");
            Whole(terminal.Lines, "what was typed");
            Require(terminal.Output is not null && terminal.Typed is { Length: <= MaxTyped } && terminal.Lines.All(line => line.Bytes is { Length: < MaxTyped }), "what waits in a terminal");
            Require(terminal.Column is >= 0 and < TerminalQueuePlan.MostColumns, "the column of a terminal");
            Require(terminal.Session is >= 0 and <= MaxPid && terminal.Foreground is >= 0 and <= MaxPid, "the session of a terminal");
            terminals.Add(before = terminal.Number, terminal);
        }

        List<int> masters = [.. image.Shared.Descriptions.OfType<PtyMasterImage>().Select(master => master.Terminal)];
        Require(masters.Distinct().Count() == masters.Count && masters.Order().SequenceEqual(terminals.Values.Where(terminal => !terminal.HungUp).Select(terminal => terminal.Number)), "the master of a terminal");
        Require(image.Shared.Descriptions.OfType<PtySlaveImage>().All(slave => terminals.ContainsKey(slave.Terminal)), "an end of a terminal");
        Require(image.Processes.All(process => process.Descriptors is { Terminals.Count: 0 } && !process.Descriptors.Descriptions.Any(end => end is PtyMasterImage or PtySlaveImage)), "a terminal");
    }

    private static void CheckCommon(TreeImage image, long fileLength)
    {
        Whole(image.SharedObjects, "the shared objects");
        HashSet<string> keys = [];
        foreach (SharedObjectImage shared in image.SharedObjects)
        {
            Whole(shared.Segments, "the segments of a shared object");
            Check(shared.Segments, fileLength);
            Require(!shared.Common && shared.Travels is null && keys.Add(shared.Key), "a shared object");
            Require(shared.NamedAt is null || NamedMemory.IsName(shared.NamedAt), "the name of shared memory");
            Require(shared.Key.StartsWith(SegmentImage.KeyPrefix, StringComparison.Ordinal) == shared.Segment is not null, "a System V segment");
            Require(shared.Segment is not { } segment || (image.Ipc is not null && shared.Length > 0 && IsName(segment.Name)), "a System V segment");
        }

        Require(image.Shared.Files.All(file => keys.Contains(SharedObjectImage.KeyOf(file.Device, file.Inode))), "a carried file");
        Require(image.Processes.SelectMany(process => process.Memory.SharedObjects).All(shared => shared.Common == keys.Contains(shared.Key)), "a shared object");
    }

    private static void CheckIpc(IpcImage? ipc)
    {
        if (ipc is null)
        {
            return;
        }

        Whole(ipc.Semaphores, "the semaphores");
        Require(ipc.Semaphores.All(set => IsName(set.Name) && set.Values is { Length: > 0 and <= 2 * ushort.MaxValue } && set.Values.Length % 2 == 0), "a set of semaphores");
        Whole(ipc.Queues, "the message queues");
        Whole(ipc.PosixQueues, "the message queues");
        foreach (MessageQueueImage queue in ipc.Queues)
        {
            Whole(queue.Letters, "the messages of a queue");
            Require(IsName(queue.Name) && queue.MaxBytes >= 0 && queue.Letters.All(letter => letter.Type > 0 && letter.Bytes is not null), "a message queue");
        }
    }

    /// <summary>Each that is open is one of the job's.</summary>
    private static void CheckPosixQueues(TreeImage image)
    {
        HashSet<ulong> queues = [];
        HashSet<string> names = [];
        foreach (PosixQueueImage queue in image.Ipc?.PosixQueues ?? [])
        {
            Require(queues.Add(queue.Id) && PosixQueueImage.IsName(queue.Name) && (queue.Removed || names.Add(queue.Name)), "the name of a message queue");
            Require(queue is { MostMessages: > 0 and <= PosixQueueImage.HardMostMessages, LongestMessage: > 0 and <= PosixQueueImage.HardLongestMessage, Owner: not null }, "a message queue");
            Whole(queue.Messages, "the messages of a queue");
            Require(queue.Messages.Count <= queue.MostMessages && queue.Messages.All(message => message is { Bytes: not null, Priority: < PosixMessageImage.Priorities } && message.Bytes.Length <= queue.LongestMessage), "a message of a queue");
        }

        Require(
            image.Processes.Select(process => process.Descriptors).Append(image.Shared).SelectMany(table => table.Descriptions).OfType<PosixQueueEndImage>().All(end => queues.Contains(end.Queue)),
            "an open message queue");
    }

    private static void CheckUndos(TreeImage image)
    {
        Dictionary<int, int> counts = [];
        foreach (SemaphoreSetImage set in image.Ipc?.Semaphores ?? [])
        {
            Require(counts.TryAdd(set.Name.Id, set.Values.Length / 2), "a set of semaphores");
        }

        foreach (ProcessImage process in image.Processes)
        {
            Whole(process.SemaphoreUndos, "what is undone to semaphores");
            Require(process.SemaphoreUndos.All(undo => undo is { Number: >= 0, Adjustment: >= -32768 and <= 32767 and not 0 } && undo.Number < counts.GetValueOrDefault(undo.Set)), "what is undone to a semaphore");
        }
    }

    private static bool IsName(Restore.SystemVName? name) => name is { Id: >= 0, Mode: >= 0 and <= 0x1ff };

    private static void Check(ProcessImage image, long fileLength)
    {
        CheckParts(image);
        Require(image.Memory.Mappings.Count <= MaxMappings, "too many mappings");
        Require(image.Threads.Count is > 0 and <= MaxThreads, "the number of threads");
        Require(image.Attributes.Pid is > 1 and <= MaxPid, "the pid");
        Require(image.Signals.Actions.Length == ActionsLength, "the signal handlers");
        Require(image.Memory.Layout.Count == 11, "the memory layout");
        Require(image.Timers.Intervals.Count == 3, "the interval timers");
        foreach (ThreadImage thread in image.Threads)
        {
            Require(thread.Registers.Length == (thread.Ended is null ? RegistersLength : 0), "the registers of a thread");
            Require(thread.Ended is null || (thread == image.Threads[0] && image.Threads.Count > 1), "a thread that has ended");
            Require(thread.AlternateStack.Length == 24, "the signal stack of a thread");
            Require(thread.Tid is > 1 and <= MaxPid, "a thread id");
            Require(thread.Credentials.Uids.Count == 4 && thread.Credentials.Gids.Count == 4, "the user of a thread");
        }

        ulong end = 0;
        foreach (MappingImage mapping in image.Memory.Mappings)
        {
            Require(mapping.Start >= end && mapping.End > mapping.Start, "the order of mappings");
            Require(mapping.Object < image.Memory.SharedObjects.Count, "a shared object");
            Require(Enum.IsDefined(mapping.Kind), "the kind of a mapping");
            Require(mapping.Kind is not (MappingKind.SharedObject or MappingKind.PrivateObject) || mapping.Object >= 0, "a shared object");
            end = mapping.End;
        }

        Dictionary<ulong, ulong> rings = image.Memory.Mappings.Where(mapping => mapping.Kind == MappingKind.AioContext).ToDictionary(mapping => mapping.Start, mapping => mapping.Length);
        Require(image.Memory.AioContexts.Count == rings.Count && image.Memory.AioContexts.All(context => rings.Remove(context.Start, out ulong length) && context.IsPossible(length)), "a context of io_setup");

        CheckVdso(image.Memory.Vdso);
        Check(image.Memory.Segments, fileLength);
        foreach (SharedObjectImage shared in image.Memory.SharedObjects)
        {
            Require(shared.Common || !shared.Key.StartsWith(SegmentImage.KeyPrefix, StringComparison.Ordinal), "a System V segment");
            Require(shared.Common || shared.NamedAt is null, "the name of shared memory");
            Check(shared.Segments, fileLength);
        }
    }

    /// <summary>JSON can say null inside a list and leave out what has a default: neither may reach the compiler.</summary>
    private static void CheckParts(ProcessImage image)
    {
        Whole(image.Attributes.Limits, "the limits");
        Whole(image.Attributes.CommandLine, "the command line");
        Whole(image.Memory.Mappings, "the mappings");
        Whole(image.Memory.Segments, "the segments");
        Whole(image.Memory.GuardPages, "the guard pages");
        Whole(image.Memory.HugePages, "the huge pages");
        Whole(image.Memory.AioContexts, "the contexts of io_setup");
        Whole(image.Memory.SharedObjects, "the shared objects");
        foreach (SharedObjectImage shared in image.Memory.SharedObjects)
        {
            Whole(shared.Segments, "the segments of a shared object");
        }

        Whole(image.Threads, "the threads");
        foreach (ThreadImage thread in image.Threads)
        {
            Whole(thread.Filters, "the filters of a thread");
            Require(thread.Filters.All(filter => filter.Program is { Length: > 0 and <= MaxFilter } && filter.Program.Length % 8 == 0), "a filter of a thread");
            Each(thread.PendingSignals, SignalLength, "a pending signal");
            Require(thread.Schedule.Affinity is not null, "the scheduling of a thread");
        }

        Each(image.Signals.Pending, SignalLength, "a pending signal");
        Each(image.Timers.Intervals, TimerLength, "an interval timer");
        Whole(image.Timers.Posix, "the timers");
        foreach (PosixTimerImage timer in image.Timers.Posix)
        {
            Require(timer.Setting.Length == TimerLength, "a timer");
        }

        CheckDescriptors(image.Descriptors);
    }

    /// <param name="table">JSON can leave it out.</param>
    private static void CheckDescriptors(DescriptorTableImage? table)
    {
        if (table is null)
        {
            throw ContextHeader.Bad("its manifest is wrong about the descriptors");
        }

        Whole(table.Descriptions, "the descriptors");
        foreach (DescriptorImage description in table.Descriptions)
        {
            Require(description.Numbers.Count > 0, "the numbers of a descriptor");
            Require(description.Locks is not null, "the locks of a descriptor");
            Require(description is not TerminalImage { Settings.Length: not Terminal.SettingsLength }, "the settings of a terminal");
            Require(description is not (SocketImage { Filter.Length: > MaxFilter } or TcpEndImage { Filter.Length: > MaxFilter }), "the filter of a socket");
            Require(description is not UnixPairImage pair || (pair.Name is { Length: <= MaxName } && pair.PeerName is { Length: <= MaxName } && (!pair.Waits || pair.PeerName.Length > 0)), "a pair of sockets");
            Require(description is not SocketImage socket || (socket.Unread is not null && socket.Unread.All(message => message is { Bytes: not null, Sender.Length: <= MaxName })), "what waits at a socket");
            Require(description is not (SocketImage { RenamedTo: not null and not ['/', ..] } or UnixPairImage { RenamedTo: not null and not ['/', ..] } or SocketImage { Path.Length: > MaxName } or UnixPairImage { Path.Length: > MaxName }), "the name of a socket");
            Require(description is not SocketImage member || (member.Groups is not null && member.Groups.All(group => group is { Interface.Length: > 0 and < 16, Filter.Length: >= MulticastMembership.FilterLength and <= MulticastMembership.FilterLength + (MulticastMembership.MostSources * MulticastMembership.SourceLength) })), "a multicast group");
            CheckInFlight(description switch
            {
                UnixPairImage one => (one.InFlight, one.Unread.Count),
                SocketImage bound => (bound.InFlight, bound.Unread.Count),
                _ => ([], 0),
            }, table.Descriptions.Count);
            Require(description is not (SharedDescriptorImage { Targets: null } or SharedDescriptorImage { Watches: null }), "a shared descriptor");
            Require(description is not InotifyImage inotify || (inotify.Watches is not null && inotify.Watches.All(watch => watch is { Watch: > 0, Path: not null })), "an inotify");
            Require(description is not PathImage { AfterRelatives: true } kin || (ProcessFiles.NumberOf(kin.Path) is > 0 && kin.Path.Length < 4000), "a file of a process");
            Require(description is not RemovedDirectoryImage removed || (removed.DirectoryOwner is not null && removed.Path is ['/', .., not '/'] && Path.GetFileName(removed.Path) is not ("." or "..")), "a removed directory");
            Require(description is not PidFdImage { Pid: < 0 or > MaxPid }, "a pidfd");
            Require(description is not TcpEndImage end || IsConnection(end), "a connection");
        }

        Whole(table.Terminals, "the terminals");
        Whole(table.Pipes, "the pipes");
        Whole(table.Files, "the carried files");
    }

    private static void CheckInFlight((IReadOnlyList<InFlightImage> Flights, int Messages) socket, int descriptions) =>
        Require(socket.Flights is not null && socket.Flights.All(flight => flight is { Message: >= 0, Descriptors.Count: <= InFlightImage.MostDescriptors, Sender: null or { Pid: > 0 and <= MaxPid } }
            && flight.Message < socket.Messages && flight.Descriptors.All(index => index >= 0 && index < descriptions)), "descriptors in flight");

    private static bool IsConnection(TcpEndImage end) =>
        end.Unread is not null && end.Options is not null && (end.Address.Length == 0) == (end.Peer.Length == 0)
        && (end.Address.Length == 0 || (InetPlace.Of(end.Address) is not null && InetPlace.Of(end.Peer) is not null && end.Address.Length <= 28 && end.Peer.Length <= 28))
        && (!end.Waits || end.Address.Length > 0)
        && (!end.IsReset || (end is { PeerId: 0, Address.Length: 0 } && end.Unread.Length <= TcpEndImage.MostUnreadOfReset));

    private static void CheckVdso(VdsoImage? vdso)
    {
        if (vdso is null)
        {
            return;
        }

        Whole(vdso.Data, "the vdso");
        try
        {
            VdsoPatch.WithSystemCalls(vdso.Bytes);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentOutOfRangeException)
        {
            throw ContextHeader.Bad("its manifest is wrong about the vdso", e);
        }
    }

    private static void Check(IReadOnlyList<MemorySegment> segments, long fileLength)
    {
        foreach (MemorySegment segment in segments)
        {
            Require(segment.Length is > 0 and <= MemorySegment.MaxLength && segment.Length % 32 == 0, "the length of a segment");
            Require(segment.FileOffset >= ContextHeader.Length && segment.FileOffset <= fileLength - segment.Length, "the place of a segment");
        }
    }

    private static void Whole<T>(IReadOnlyList<T> items, string what)
        where T : class
    {
        Require(items is not null && items.All(item => item is not null), what);
    }

    private static void Each(IReadOnlyList<byte[]> items, int length, string what)
    {
        Whole(items, what);
        Require(items.All(item => item.Length == length), what);
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw ContextHeader.Bad($"its manifest is wrong about {what}");
        }
    }
}
