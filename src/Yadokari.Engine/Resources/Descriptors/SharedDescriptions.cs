using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>What the processes of a job hold together: descriptions that several have, and pipes between them.</summary>
/// <param name="frozen">All of them stand still.</param>
internal sealed class SharedDescriptions(bool frozen)
{
    private const string PipePrefix = "pipe:[";

    private readonly Dictionary<OpenDescription, List<OpenDescription>> _holders = [];
    private readonly HashSet<OpenDescription> _ofMain = [];
    private readonly Dictionary<string, int> _pipeOwners = [];
    private readonly HashSet<string> _treePipes = [];
    private readonly Dictionary<ulong, HashSet<int>> _sockets = [];
    private readonly Dictionary<ulong, OpenDescription> _socketsByInode = [];
    private readonly Dictionary<OpenDescription, HashSet<(int Number, int Earlier)>> _claims = [];
    private IReadOnlyList<InotifyWatch>? _watches;
    private HashSet<int>? _ownNumbers;
    private bool _severalProcesses;
    private readonly Dictionary<string, List<(DescriptorScanner Scanner, OpenDescription Description)>> _ends = [];
    private readonly Dictionary<(ulong Device, ulong Inode), List<(DescriptorScanner Scanner, OpenDescription Description)>> _namedEnds = [];
    private readonly Dictionary<List<OpenDescription>, int> _numbers = [];
    private readonly HashSet<List<OpenDescription>> _settled = [];
    private readonly List<DescriptorImage> _descriptions = [];
    private readonly List<PipeImage> _pipes = [];
    private readonly List<CarriedFileImage> _files = [];

    public DescriptorTableImage Table => new() { Descriptions = _descriptions, Pipes = _pipes, Files = _files, Terminals = Terminals.Images };

    /// <summary>Those whose master the job holds.</summary>
    public PseudoTerminals Terminals { get; } = new(frozen);

    /// <summary>Finds which descriptions of several processes are one.</summary>
    public void Join(IReadOnlyList<IReadOnlyList<OpenDescription>> processes)
    {
        Dictionary<(ulong, ulong, ulong, int), List<List<OpenDescription>>> buckets = [];
        _ofMain.UnionWith(processes[0]);
        Terminals.Join(Processes, processes);
        HasInFlight = processes.Any(process => process.Any(description => description.Info.DescriptorsInFlight > 0 || description.Sent.Count > 0));
        _severalProcesses = processes.Count > 1 || HasInFlight;
        for (int process = 0; process < processes.Count; process++)
        {
            foreach (OpenDescription description in processes[process])
            {
                if (IsPipe(description) && ((!_pipeOwners.TryAdd(description.Link, process) && _pipeOwners[description.Link] != process) || description.InFlight))
                {
                    _treePipes.Add(description.Link);
                }

                if (description.IsSocket)
                {
                    if (!_sockets.TryGetValue(description.Status.Inode, out HashSet<int>? owners))
                    {
                        _sockets.Add(description.Status.Inode, owners = []);
                    }

                    owners.Add(process);
                    _socketsByInode.TryAdd(description.Status.Inode, description);
                }

                (ulong, ulong, ulong, int) key = (description.Status.Device, description.Status.Inode, description.Status.RawDevice, description.Info.EventFd?.Id ?? -1);
                if (!buckets.TryGetValue(key, out List<List<OpenDescription>>? bucket))
                {
                    buckets.Add(key, bucket = []);
                }

                // In the kernel's order, as in OpenDescription.FetchAll.
                int at = bucket.BinarySearch(null!, Comparer<List<OpenDescription>>.Create((left, _) => Kcmp.CompareFiles(left[0].Handle, description.Handle)));
                if (at < 0)
                {
                    at = ~at;
                    bucket.Insert(at, []);
                }

                bucket[at].Add(description);
                _holders.Add(description, bucket[at]);
            }
        }
    }

    /// <summary>The same description in every process of the job that has it, this one among them.</summary>
    public IReadOnlyList<OpenDescription> Kin(OpenDescription description) => _holders.GetValueOrDefault(description) ?? [description];

    /// <summary>That of the job's main process; null when it has none.</summary>
    public OpenDescription? InMain(OpenDescription description) => Kin(description).FirstOrDefault(_ofMain.Contains);

    public bool IsShared(OpenDescription description) => Kin(description) is { Count: > 1 } || description.InFlight;

    /// <summary>Descriptors, or the names of senders, wait to be received at a socket of the job. While it runs nobody looks which.</summary>
    public bool HasInFlight { get; private set; }

    /// <summary>Whether a process of the job has a socket.</summary>
    public bool HasSocket(ulong inode) => _sockets.ContainsKey(inode);

    /// <summary>A socket of the job; null when it has none of that inode.</summary>
    public OpenDescription? Socket(ulong inode) => _socketsByInode.GetValueOrDefault(inode);

    /// <summary>What is made together with something of another process: a socket pair whose ends are not both one process's own; unix
    /// sockets with names, and what waits at them; and TCP sockets with a port, since connections are made before the listeners that
    /// have the same one.</summary>
    public bool IsOfTree(DescriptorImage image) => image is RemovedDirectoryImage || (_severalProcesses && image switch
    {
        UnixPairImage { Waits: true } or UnixPairImage { Name.Length: > 2 } => true,
        UnixPairImage { PeerId: not 0 } named when Socket(named.PeerId)?.IsNamed == true => true,
        UnixPairImage when HasInFlight => true,
        UnixPairImage pair => _sockets.GetValueOrDefault(pair.Id, []).Concat(_sockets.GetValueOrDefault(pair.PeerId, [])).Distinct().Count() > 1,
        TcpEndImage => true,
        SocketImage { Domain: AF_UNIX } socket => socket.Address.Length > 2 || socket.Peer.Length > 2 || socket.PeerIsGone,
        SocketImage { Domain: AF_INET or AF_INET6, Type: SOCK_STREAM, Address.Length: > 0 } => true,
        _ => false,
    });

    /// <summary>The processes of the job, as the caller sees them.</summary>
    public IReadOnlyList<int> Processes { get; set; } = [];

    /// <summary>Whether a process of the job has this number itself, one that has ended and was not waited for among them.</summary>
    public bool HasNumber(int number) => (_ownNumbers ??=
        [.. Processes.Concat(Processes.SelectMany(process => ProcTasks.Children(process) ?? [])).Select(OwnPidOfAny).OfType<int>()]).Contains(number);

    /// <summary>Whether the process of this number is gone, as the job sees it.</summary>
    public bool IsGone(int number) => FileStatus.AtPath($"{ProcTasks.Directory(Processes[0])}/root/proc/{number}") is null;

    /// <summary>What processes of the job watch.</summary>
    public IReadOnlyList<InotifyWatch> Watches => _watches ??= [.. _holders.Keys.SelectMany(description => description.Info.InotifyWatches)];

    /// <summary>A process of the job by the number that it has itself; null for any other.</summary>
    public int? OwnPid(int process) =>
        Processes.Contains(process) && ProcStatus.Read(process) is { NsPid: [.., var own] } ? own : null;

    /// <summary>A process of the job that lives, or has ended and was not waited for, by the number that it has itself; null for any other.</summary>
    public int? OwnPidOfAny(int process) =>
        Processes.Contains(process) || (ProcStat.Read(process) is { State: 'Z' } ended && Processes.Contains(ended.PPid))
            ? ProcStatus.Read(process) is { NsPid: [.., var own] } ? own : null
            : null;

    /// <summary>What an epoll that several have watches is watched by one of them: the first that has it.</summary>
    /// <param name="epoll">Of any of them.</param>
    /// <param name="number">The number that it was given to be watched under.</param>
    /// <param name="earlier">How many of the same number were told before it.</param>
    /// <returns>False when another process watches it.</returns>
    public bool TryClaim(OpenDescription epoll, int number, int earlier)
    {
        IReadOnlyList<OpenDescription> kin = Kin(epoll);
        if (!_claims.TryGetValue(kin[0], out HashSet<(int, int)>? claimed))
        {
            _claims.Add(kin[0], claimed = []);
        }

        return claimed.Add((number, earlier));
    }

    /// <summary>Epolls that watch what no process has any more.</summary>
    public IReadOnlyList<Obstacle> FindUnclaimed() =>
        [.. _holders.Values.Where(kin => kin.Count > 1 && kin[0].Info.EpollTargets.Count > (_claims.GetValueOrDefault(kin[0])?.Count ?? 0)).Distinct()
            .Select(kin => new Obstacle("epoll-stale-target", $"descriptor {kin[0].First}: it watches a file that no process of the job has any more"))];

    /// <summary>A pipe of which several processes hold ends.</summary>
    public bool IsTreePipe(OpenDescription description) => _treePipes.Contains(description.Link);

    /// <summary>An end of such a pipe; they are looked at together, by <see cref="ScanPipes"/>.</summary>
    public void Collect(DescriptorScanner scanner, OpenDescription description)
    {
        if (!_ends.TryGetValue(description.Link, out List<(DescriptorScanner, OpenDescription)>? same))
        {
            _ends.Add(description.Link, same = []);
        }

        same.Add((scanner, description));
    }

    /// <summary>An end of a named pipe; whoever has it, all are made together.</summary>
    public void CollectNamed(DescriptorScanner scanner, OpenDescription description)
    {
        (ulong, ulong) file = (description.Status.Device, description.Status.Inode);
        if (!_namedEnds.TryGetValue(file, out List<(DescriptorScanner, OpenDescription)>? same))
        {
            _namedEnds.Add(file, same = []);
        }

        same.Add((scanner, description));
    }

    /// <summary>The number that a removed directory has among the job's descriptions, in which a process works.</summary>
    public int WorkingDirectory(RemovedDirectoryImage image)
    {
        int index = _descriptions.FindIndex(known => known is RemovedDirectoryImage one && (one.Device, one.Inode) == (image.Device, image.Inode));
        if (index < 0)
        {
            index = _descriptions.Count;
            _descriptions.Add(image with { Numbers = [new DescriptorNumber(DescriptorNumber.NoneYet, true)] });
        }

        return index;
    }

    /// <summary>What a process has of a description that is shared; null when it is of a kind that can't be handed round.</summary>
    public SharedDescriptorImage? Share(OpenDescription description, DescriptorImage image)
    {
        DescriptorImage common = SharedDescriptorImage.Common(image);
        if (!SharedDescriptorImage.CanShare(common) || image is PathImage { IsKernelMade: true } or PathImage { OpenedAs: not null })
        {
            return null;
        }

        List<OpenDescription> kin = _holders.GetValueOrDefault(description) ?? [description];
        if (!_numbers.TryGetValue(kin, out int index))
        {
            _numbers.Add(kin, index = _descriptions.Count);
            _descriptions.Add(common);
        }

        if (description.OnlyInFlight)
        {
            return Needs(image) && kin.All(one => one.OnlyInFlight)
                ? null
                : new SharedDescriptorImage { Numbers = description.Numbers, Flags = description.Flags, Index = index, Name = description.Link };
        }

        bool first = _settled.Add(kin);
        // What belongs to the description is done by the first that has it; what belongs to a process by itself.
        return new SharedDescriptorImage
        {
            Numbers = description.Numbers,
            Flags = description.Flags,
            Owner = first ? image.Owner : 0,
            Signal = first ? image.Signal : 0,
            Locks = first ? image.Locks : [.. image.Locks.Where(held => held.Kind == FileLockKind.Posix)],
            Targets = image is EpollImage epoll ? epoll.Targets : [],
            Watches = first && image is InotifyImage inotify ? inotify.Watches : [],
            Listens = first && image is SocketImage { Domain: AF_UNIX, Backlog: not null },
            Index = index,
            Name = description.Link,
        };
    }

    /// <summary>What a process that has a description does for it when all are there: one that nobody has yet would go without.</summary>
    private static bool Needs(DescriptorImage image) =>
        !SharedDescriptorImage.CanShare(image) || image is InotifyImage { Watches.Count: > 0 } or SocketImage { Domain: AF_UNIX, Backlog: not null };

    /// <summary>When every description has its number: the messages that carry some. One whose other end is closed gets an end that nobody
    /// has, to be filled from.</summary>
    public IReadOnlyList<Obstacle> SettleInFlight()
    {
        List<Obstacle> obstacles = [];
        foreach (List<OpenDescription> kin in _holders.Values.Where(kin => kin.Exists(one => one.Sent.Count > 0)).Distinct().ToList())
        {
            OpenDescription socket = kin.Find(one => one.Sent.Count > 0)!;
            List<InFlightImage> flights = [];
            foreach ((int message, IReadOnlyList<OpenDescription> sent) in socket.Sent)
            {
                List<int> indices = [.. sent.Select(one => _numbers.GetValueOrDefault(_holders[one], -1))];
                if (indices.Contains(-1))
                {
                    OpenDescription lost = sent[indices.IndexOf(-1)];
                    obstacles.Add(new Obstacle("descriptor-in-flight", $"{socket.Label}: {lost.Link} waits in it to be received (SCM_RIGHTS), which can't be carried so"));
                }

                SenderImage? sender = socket.Queue![message].Credentials is { } told ? new SenderImage(told.Pid > 0 ? OwnPidOfAny(told.Pid) ?? 0 : 0, told.Uid, told.Gid) : null;
                if (sender is { Pid: 0 })
                {
                    obstacles.Add(new Obstacle("credentials-in-flight", $"{socket.Label}: a message waits unread in it, it is told who sent it (SO_PASSCRED), and that is no process of the job"));
                }

                flights.Add(new InFlightImage(message, indices) { Sender = sender });
            }

            int index = _numbers.GetValueOrDefault(kin, -1);
            DescriptorImage? image = index < 0 ? null : WithInFlight(_descriptions[index], flights);
            if (image is null || socket.Queue!.Any(message => message.Incomplete)
                || (image is UnixPairImage { Type: SOCK_STREAM } stream && flights.Exists(flight => flight.Descriptors.Count > 0 && socket.Queue![flight.Message].Bytes.Length > LongestPiece(stream))))
            {
                obstacles.Add(new Obstacle("descriptor-in-flight", $"{socket.Label}: file descriptors, or the names of senders, wait unread in it, where they can't be sent again; read them"));
                continue;
            }

            if (image is UnixPairImage { PeerId: 0 } pair)
            {
                ulong closed = ulong.MaxValue - (ulong)_descriptions.Count;
                image = pair with { PeerId = closed, Shutdown = pair.Type == SOCK_DGRAM ? pair.Shutdown : 0 };
                _descriptions.Add(new UnixPairImage { Numbers = [new DescriptorNumber(DescriptorNumber.NoneYet, true)], Flags = 0, Type = pair.Type, Id = closed, PeerId = pair.Id, Unread = [], Shutdown = 0, Options = [] });
            }

            _descriptions[index] = image;
        }

        return obstacles;
    }

    private int LongestPiece(UnixPairImage receiver) =>
        _descriptions.OfType<UnixPairImage>().Any(sender => sender.Id == receiver.PeerId && sender.Options.Any(option => option is { Level: SOL_SOCKET, Option: SO_SNDBUF }))
            ? InFlightImage.LongestPiece
            : InFlightImage.LongestUsualPiece;

    /// <summary>Null where they can't be sent again: through a filter or a name that is gone, to one that takes from its peer only.</summary>
    private DescriptorImage? WithInFlight(DescriptorImage image, IReadOnlyList<InFlightImage> flights) => image switch
    {
        UnixPairImage { Waits: false, Filter.Length: 0 } pair when !_descriptions.OfType<UnixPairImage>().Any(peer => peer.Id == pair.PeerId && peer.Filter.Length > 0) => pair with { InFlight = flights },
        SocketImage { Type: SOCK_DGRAM, Address.Length: > 2, Peer.Length: 0, PeerIsGone: false, Shutdown: 0, Filter.Length: 0 } socket when socket.Path is null || socket is { PathOwner: not null, RenamedTo: null } => socket with { InFlight = flights },
        _ => null,
    };

    /// <summary>The number that a carried file has among those of the whole job.</summary>
    public int NumberOf(CarriedFileImage file)
    {
        int number = _files.FindIndex(known => (known.Device, known.Inode) == (file.Device, file.Inode));
        if (number < 0)
        {
            number = _files.Count;
            _files.Add(file with { Id = number });
        }

        return number;
    }

    /// <summary>When every process has been looked at: the pipes between them.</summary>
    public void ScanPipes()
    {
        foreach (List<(DescriptorScanner Scanner, OpenDescription Description)> pipe in _ends.Values)
        {
            IReadOnlyList<OpenDescription> all = [.. pipe.Select(end => end.Description)];
            if (PipeScanner.IsInside(all, out OpenDescription? reader))
            {
                _pipes.Add(PipeScanner.Image(all[0], frozen ? reader : null));
                foreach ((DescriptorScanner scanner, OpenDescription end) in pipe)
                {
                    scanner.AddShared(end, new PipeEndImage { Numbers = end.Numbers, Flags = end.Flags, PipeId = end.Status.Inode });
                }
            }
            else
            {
                foreach ((DescriptorScanner scanner, OpenDescription end) in pipe)
                {
                    scanner.AddOutside(end);
                }
            }
        }
    }

    /// <summary>When every process has been looked at: the named pipes. One of which only one side is open, and that is a stream of the
    /// main process, becomes whoever's who resumes.</summary>
    public void ScanNamedPipes()
    {
        ulong id = ulong.MaxValue;
        foreach (List<(DescriptorScanner Scanner, OpenDescription Description)> pipe in _namedEnds.Values)
        {
            bool read = pipe.Exists(end => (end.Description.Flags & O_ACCMODE) != O_WRONLY);
            bool written = pipe.Exists(end => (end.Description.Flags & O_ACCMODE) != 0);
            if (!(read && written) && pipe.Exists(end => InMain(end.Description) is { StandardStream: >= 0 }))
            {
                pipe.ForEach(end => end.Scanner.AddOutside(end.Description));
                continue;
            }

            id--;
            if (pipe[0].Scanner.NamedPipe(pipe[0].Description, id) is { } image)
            {
                _pipes.Add(image);
                pipe.ForEach(end => end.Scanner.AddShared(end.Description, new PipeEndImage { Numbers = end.Description.Numbers, Flags = end.Description.Flags, PipeId = id }));
            }
        }
    }

    public static bool IsPipe(OpenDescription description) => description.Link.StartsWith(PipePrefix, StringComparison.Ordinal);
}
