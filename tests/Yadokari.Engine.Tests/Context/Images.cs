using FsCheck;
using FsCheck.Fluent;
using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Process;
using Yadokari.Engine.Resources.Threads;
using Yadokari.Engine.Restore;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Tests.Context;

/// <summary>Generated images: any values that the format can hold, within the reader's bounds.</summary>
internal static class Images
{
    public const ulong RegionBase = 1UL << 40;
    public const ulong RegionLength = 64UL << 20;

    public static Arbitrary<TreeImage> All => Gen.Choose(0, int.MaxValue - 1).Select(seed => Tree(new Random(seed))).ToArbitrary();

    /// <summary>An image without memory content, for tests that change one thing of it.</summary>
    public static TreeImage Small() => Of(new Random(7), [Make(new Random(7))]).WithMain(image => image with
    {
        Memory = image.Memory with { Segments = [], SharedObjects = [], Mappings = [Mapping(0x10000, 0x20000)] },
    });

    /// <summary>The same job with a main process that is changed.</summary>
    public static TreeImage WithMain(this TreeImage tree, Func<ProcessImage, ProcessImage> change) =>
        tree with { Processes = [change(tree.Main), .. tree.Processes.Skip(1)] };

    public static MappingImage Mapping(ulong start, ulong end) => new()
    {
        Start = start,
        End = end,
        Protection = VmaProtection.Read,
        Kind = MappingKind.Private,
        Flags = VmaFlags.None,
        Name = "",
    };

    private static TreeImage Tree(Random random)
    {
        List<ProcessImage> processes = [];
        HashSet<int> pids = [];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            ProcessImage made = Make(random);
            if (pids.Add(made.Attributes.Pid))
            {
                int parent = processes.Count == 0 ? 0 : processes[random.Next(processes.Count)].Attributes.Pid;
                int group = processes.Count > 1 && random.Next(2) == 0 ? processes[^1].Group : made.Attributes.Pid;
                ProcessImage placed = made with { Parent = parent, Group = parent == 0 ? 0 : group };
                processes.Add(parent == 0 || random.Next(4) > 0 ? placed : placed with { SharesDescriptors = true, Descriptors = new() { Descriptions = [], Pipes = [], Files = [] } });
            }
        }

        TreeImage tree = Of(random, processes);
        if (random.Next(2) == 0)
        {
            SystemVName name = new(random.Next(), random.Next(), random.Next(512), 0, 0, 0, 0);
            tree = tree.WithMain(main => main with { SemaphoreUndos = [new SemaphoreUndoImage(name.Id, 1, random.Next(1, 32768)), new SemaphoreUndoImage(name.Id, 2, -random.Next(1, 32769))] }) with
            {
                Ipc = new IpcImage
                {
                    Semaphores = [new SemaphoreSetImage(name, [0, 0, 255, 127, (byte)random.Next(256), 3])],
                    PosixQueues =
                    [
                        new PosixQueueImage(7, "a name", false, 3, 8, new FileOwnerImage((uint)random.Next(), 0, 0x1a4), Many(random, () => new PosixMessageImage((uint)random.Next(32768), Bytes(random, random.Next(9))))),
                        new PosixQueueImage(Word(random) | 8, "a name", true, 65536, 1, new FileOwnerImage(0, 0, 0), []),
                    ],
                },
            };
            tree = tree.WithMain(main => main with { Descriptors = main.Descriptors with { Descriptions = [.. main.Descriptors.Descriptions, Queue(7, 40)] } });
        }

        return random.Next(2) == 0 ? tree : tree with
        {
            Ended = [new EndedProcessImage(2, processes[^1].Attributes.Pid, 2, 0, Text(random), (uint)random.Next(), (uint)random.Next(), random.Next(256) << 8) { ExitSignal = random.Next(9) }],
            Shared = new DescriptorTableImage
            {
                Descriptions = [new PipeEndImage { Numbers = [new DescriptorNumber(1, false)], Flags = 0, PipeId = 9 }, new PipeEndImage { Numbers = [new DescriptorNumber(1, false)], Flags = 1, PipeId = 9 }],
                Pipes = [new PipeImage(9, 65536, [[1, 2, 3]])],
                Files = [],
            },
        };
    }

    private static TreeImage Of(Random random, IReadOnlyList<ProcessImage> processes) => new()
    {
        Format = TreeImage.CurrentFormat,
        Origin = new OriginImage
        {
            CapturedAt = DateTimeOffset.UnixEpoch.AddTicks(random.NextInt64(1L << 58)),
            HostName = Text(random),
            KernelRelease = Text(random),
            CpuFeatures = random.Next(2) == 0 ? ["sse3", "avx2"] : [],
            XsaveComponents = [new XsaveComponentImage(random.Next(20), (uint)random.Next(), (uint)random.Next())],
        },
        RegionBase = RegionBase,
        RegionLength = RegionLength,
        Processes = processes,
    };

    private static List<AioContextImage> Contexts(Random random, ulong address, List<MappingImage> mappings)
    {
        List<AioContextImage> contexts = [];
        for (int i = random.Next(3); i > 0; i--)
        {
            ulong length = (ulong)random.Next(1, 4) * 4096;
            uint room = AioContextImage.Room(length);
            AioContextImage context = new(address, (uint)random.Next((int)room), (uint)random.Next((int)room), []);
            contexts.Add(context with { Events = Bytes(random, (int)context.Waiting(room) * AioContextImage.EventLength) });
            mappings.Add(Mapping(address, address + length) with { Kind = MappingKind.AioContext });
            address += length;
        }

        return contexts;
    }

    private static ProcessImage Make(Random random)
    {
        List<MappingImage> mappings = [];
        List<MemorySegment> segments = [];
        ulong address = 0x10000;
        int objects = random.Next(3);
        for (int i = random.Next(6); i > 0; i--)
        {
            address += (ulong)random.Next(5) * 4096;
            ulong end = address + ((ulong)random.Next(1, 9) * 4096);
            MappingKind kind = (MappingKind)random.Next(4);
            kind = kind == MappingKind.SharedObject && objects == 0 ? MappingKind.Private : kind;
            mappings.Add(new MappingImage
            {
                Start = address,
                End = end,
                Protection = (VmaProtection)random.Next(8),
                Kind = kind,
                Flags = (VmaFlags)random.Next(1 << 19),
                Name = kind is MappingKind.SharedFile or MappingKind.PrivateFile ? Path(random) : random.Next(3) == 0 ? "[anon: " + Text(random) + "]" : "",
                Offset = (ulong)random.Next(100) * 4096,
                Object = kind == MappingKind.SharedObject ? random.Next(objects) : -1,
                FileLength = random.NextInt64(),
                Writable = random.Next(2) == 0,
            });
            address = end;
        }

        List<AioContextImage> contexts = Contexts(random, address, mappings);
        return new ProcessImage
        {
            Attributes = new AttributesImage
            {
                Pid = random.Next(2, 1 << 22),
                SessionLeader = random.Next(2) == 0,
                GroupLeader = random.Next(2) == 0,
                WorkingDirectory = Path(random),
                Umask = random.Next(512),
                Personality = (uint)random.NextInt64(1L << 32),
                Dumpable = random.Next(3),
                ChildSubreaper = random.Next(2) == 0,
                ThpDisabled = random.Next(2) == 0,
                OomScoreAdjustment = random.Next(-1000, 1001),
                CoreDumpFilter = (uint)random.Next(),
                Stopped = random.Next(2) == 0,
                MembarrierRegistrations = random.Next(1 << 16),
                Limits = Many(random, () => new LimitImage(random.Next(16), Word(random), Word(random))),
                CommandLine = Many(random, () => Text(random)),
                Clocks = new ClocksImage(random.NextInt64(), random.NextInt64(), random.NextInt64()),
            },
            Memory = new MemoryImage
            {
                Layout = [.. Enumerable.Range(0, 11).Select(_ => Word(random))],
                AuxiliaryVector = Bytes(random, random.Next(400)),
                Executable = random.Next(2) == 0 ? Path(random) : null,
                Mappings = mappings,
                Segments = segments,
                AioContexts = contexts,
                SharedObjects = [.. Enumerable.Range(0, objects).Select(i => new SharedObjectImage
                {
                    Key = $"{i}:0:{random.Next()}",
                    Name = Text(random),
                    Length = random.NextInt64(),
                    Seals = random.Next(-1, 32),
                    Mode = random.Next(512),
                    Directory = random.Next(2) == 0 ? Path(random) : null,
                })],
                Vdso = random.Next(3) == 0 ? null : new VdsoImage
                {
                    Start = 0x7fff00000000,
                    Bytes = Vdso.Own(),
                    Data = [new KernelRange(0x7ffefffff000, 4096)],
                },
            },
            Threads = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Thread(random))],
            Signals = new SignalsImage { Actions = Bytes(random, 64 * 32), Pending = Many(random, () => Bytes(random, 128)) },
            Timers = new TimersImage
            {
                Intervals = [Bytes(random, 32), new byte[32], Bytes(random, 32)],
                Posix = Many(random, () => new PosixTimerImage
                {
                    Id = random.Next(9),
                    Clock = random.Next(12),
                    Notify = random.Next(5),
                    Signal = random.Next(65),
                    Value = Word(random),
                    Target = random.Next(),
                    Setting = Bytes(random, 32),
                }),
            },
            Descriptors = Descriptors(random),
        };
    }

    /// <summary>An open message queue.</summary>
    public static PosixQueueEndImage Queue(ulong queue, int number) =>
        new() { Numbers = [new DescriptorNumber(number, true)], Flags = 2, Queue = queue, Name = "a name" };

    private static ThreadImage Thread(Random random) => new()
    {
        Tid = random.Next(2, 1 << 22),
        Name = Text(random),
        Registers = Bytes(random, 216),
        ExtendedState = Bytes(random, 832),
        SignalMask = Word(random),
        AlternateStack = Bytes(random, 24),
        ClearChildTid = Word(random),
        RobustList = Word(random),
        RobustListLength = 24,
        RseqAddress = Word(random),
        RseqLength = 32,
        RseqSignature = (uint)random.Next(),
        PendingSignals = Many(random, () => Bytes(random, 128)),
        Credentials = new CredentialsImage
        {
            Uids = [1, 2, 3, (uint)random.Next()],
            Gids = [5, 6, 7, (uint)random.Next()],
            Groups = Many(random, () => (uint)random.Next()),
            Inheritable = Word(random),
            Permitted = Word(random),
            Effective = Word(random),
            Bounding = Word(random),
            Ambient = Word(random),
            SecureBits = random.Next(256),
        },
        Schedule = new ScheduleImage((uint)random.Next(7), random.Next(2) == 0, random.Next(-20, 20), (uint)random.Next(100), Bytes(random, random.Next(16)), random.Next()),
        ParentDeathSignal = random.Next(65),
        TimerSlack = Word(random),
        NoNewPrivileges = random.Next(2) == 0,
    };

    private static DescriptorTableImage Descriptors(Random random)
    {
        int number = 0;
        IReadOnlyList<DescriptorNumber> Numbers() => [new DescriptorNumber(number++, random.Next(2) == 0), new DescriptorNumber(number++, random.Next(2) == 0)];
        List<DescriptorImage> descriptions = [];
        ulong pipe = Word(random);
        descriptions.Add(new PathImage
        {
            Numbers = Numbers(),
            Flags = random.Next(3),
            Owner = random.Next(),
            Path = Path(random),
            Offset = random.NextInt64(),
            Mode = 0x81a4,
            Size = random.NextInt64(),
            Locks = [],
        });
        descriptions.Add(new PipeEndImage { Numbers = Numbers(), Flags = 0, PipeId = pipe });
        descriptions.Add(new EventFdImage { Numbers = Numbers(), Flags = 2, Count = Word(random), Semaphore = random.Next(2) == 0 });
        descriptions.Add(new EpollImage { Numbers = Numbers(), Flags = 2, Targets = Many(random, () => new EpollTargetImage(random.Next(6), (uint)random.Next(), Word(random), false)) });
        descriptions.Add(new TimerFdImage { Numbers = Numbers(), Flags = 2, ClockId = 1, SettimeFlags = 0, Value = Word(random), Interval = Word(random), Ticks = Word(random) });
        descriptions.Add(new SignalFdImage { Numbers = Numbers(), Flags = 2, Mask = Word(random) });
        descriptions.Add(new InotifyImage { Numbers = Numbers(), Flags = 2 });
        descriptions.Add(new InheritedStreamImage { Numbers = Numbers(), Flags = 2, Stream = random.Next(3), Was = Text(random) });
        return new DescriptorTableImage
        {
            Descriptions = [.. descriptions.Where(_ => random.Next(4) > 0)],
            Pipes = [new PipeImage(pipe, 65536, Many(random, () => Bytes(random, random.Next(1, 40))))],
            Files = [],
        };
    }

    private static List<T> Many<T>(Random random, Func<T> make) => [.. Enumerable.Range(0, random.Next(4)).Select(_ => make())];

    private static ulong Word(Random random) => random.Next(4) switch
    {
        0 => 0,
        1 => ulong.MaxValue,
        2 => (ulong)random.Next(256),
        _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
    };

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Path(Random random) => "/" + Text(random);

    private static string Text(Random random)
    {
        const string letters = "ab /\"\\\u0001\n'äö蟹\u2028<&%😀";
        string text = "";
        for (int i = random.Next(6); i > 0; i--)
        {
            System.Text.Rune[] runes = [.. letters.EnumerateRunes()];
            text += runes[random.Next(runes.Length)];
        }

        return text;
    }
}
