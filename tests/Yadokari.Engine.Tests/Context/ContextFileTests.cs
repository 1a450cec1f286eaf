using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using Yadokari.Engine.Context;
using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Process;
using Yadokari.Engine.Restore;

namespace Yadokari.Engine.Tests.Context;

public class ContextFileTests
{
    private static readonly Config Some = Config.QuickThrowOnFailure.WithMaxTest(60);

    [Fact]
    public void What_is_written_is_read() => Prop.ForAll(Images.All, image =>
    {
        TreeImage read = FileOf.Open(FileOf.Image(image), file => file.Image);
        return Text(read) == Text(image);
    }).Check(Some);

    [Fact]
    public void The_header_is_written_last() => Prop.ForAll(Images.All, image =>
    {
        MemorySink sink = new();
        ContextWriter.Finish(image, PlanCompiler.Compile(image), sink, ContextWriter.FirstPage);
        sink.Offsets[^1].ShouldBe(0);
        sink.Offsets.Count(offset => offset == 0).ShouldBe(1);
    }).Check(Some.WithMaxTest(10));

    [Fact]
    public void The_same_image_makes_the_same_bytes() => Prop.ForAll(Images.All, image =>
    {
        TreeImage copy = JsonSerializer.Deserialize(Text(image), ImageJson.Default.TreeImage)!;
        return FileOf.Image(image).AsSpan().SequenceEqual(FileOf.Image(copy));
    }).Check(Some.WithMaxTest(20));

    [Fact]
    public void The_plan_prints_for_every_image() => Prop.ForAll(Images.All, image =>
        FileOf.Open(FileOf.Image(image), file => file.PrintPlan().Count(l => l.StartsWith(' ')) == file.Summary.PlanOperations)).Check(Some.WithMaxTest(20));

    [Fact]
    public void Random_bytes_are_refused() => Prop.ForAll(
        Gen.Choose(0, 20000).Select(seed => RandomBytes(seed)).ToArbitrary(),
        bytes => FileOf.Refusal(bytes) is not null).Check(Some.WithMaxTest(200));

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        byte[] whole = FileOf.Image(Images.Small());
        foreach (int length in Enumerable.Range(0, 40).Select(i => i * whole.Length / 40).Concat([1, 4095, 4096, 4097, whole.Length - 32, whole.Length - 1]))
        {
            FileOf.Refusal(whole[..length]).ShouldNotBeNull($"{length} bytes");
        }

        FileOf.Refusal([.. whole, 0]).ShouldNotBeNull();
        FileOf.Refusal(whole).ShouldBeNull();
    }

    [Fact]
    public void A_flipped_bit_of_the_control_segment_or_the_manifest_is_noticed()
    {
        byte[] whole = FileOf.Image(Images.Small());
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, whole);
            using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

            // Every byte of the end (manifest), and a sample of the plan; the bit varies.
            IEnumerable<int> places = Enumerable.Range(0, 100).Select(i => 4096 + (int)(i * 79190L % (whole.Length - 4096))).Concat(Enumerable.Range(whole.Length - 60, 60));
            foreach (int at in places)
            {
                byte flipped = (byte)(whole[at] ^ (1 << (at % 8)));
                RandomAccess.Write(file.SafeFileHandle, [flipped], at);
                Should.Throw<EngineException>(() => ContextFile.Open(path), $"byte {at}").Error.ShouldBe(EngineError.BadContextFile);
                RandomAccess.Write(file.SafeFileHandle, [whole[at]], at);
            }

            ContextFile.Open(path).Image.Main.Attributes.Pid.ShouldBe(Images.Small().Main.Attributes.Pid);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_damaged_page_is_found_with_its_place()
    {
        byte[] page = new byte[8192];
        new Random(3).NextBytes(page);
        MemorySegment segment = new(0x10000, page.Length, ContextWriter.FirstPage, Checksum.OfSegment(page));
        byte[] whole = FileOf.Image(Images.Small().WithMain(image => image with { Memory = image.Memory with { Segments = [segment] } }), page);
        FileOf.Open(whole, file =>
        {
            file.VerifyPages();
            return file.Summary.MemoryBytes;
        }).ShouldBe(8192);
        whole[4096 + 5000] ^= 1;
        EngineException refused = Should.Throw<EngineException>(() => FileOf.Open(whole, file =>
        {
            file.VerifyPages();
            return 0;
        }));
        refused.Error.ShouldBe(EngineError.BadContextFile);
        refused.Message.ShouldEndWith("its memory is damaged between offsets 4096 and 12288");
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_so() =>
        Should.Throw<EngineException>(() => ContextFile.Open("/nowhere/job.ctx")).Error.ShouldBe(EngineError.NoSuchFile);

    [Fact]
    public void A_directory_is_no_context_file() =>
        Should.Throw<EngineException>(() => ContextFile.Open("/tmp")).Error.ShouldBe(EngineError.BadContextFile);

    /// <summary>Someone who computes checksums can still only be refused.</summary>
    [Fact]
    public void A_manifest_with_a_part_missing_or_of_another_kind_is_refused()
    {
        TreeImage image = Images.Small();
        byte[] whole = FileOf.Image(image);
        List<string> survivors = [];
        foreach (string path in Paths(JsonNode.Parse(Text(image))!, ""))
        {
            foreach (string? value in (string?[])[null, "null", "-1", "{}", "[]", "[null]", "\"x\"", "1e999"])
            {
                JsonNode changed = JsonNode.Parse(Text(image))!;
                Change(changed, path, value);
                try
                {
                    FileOf.Open(WithManifest(whole, changed.ToJsonString()), file => (file.Summary, file.PrintPlan().Count(), file.FindMissing()));
                }
                catch (EngineException)
                {
                    continue;
                }
                catch (Exception e)
                {
                    survivors.Add($"{path} = {value ?? "(removed)"}: {e.GetType().Name} {e.StackTrace?.Split('\n').First(line => line.Contains("Yadokari", StringComparison.Ordinal)).Trim()}");
                }
            }
        }

        survivors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"Format\":1}")]
    [InlineData("\u0000\u0000\u0000")]
    public void Other_json_is_refused(string manifest) =>
        FileOf.Refusal(WithManifest(FileOf.Image(Images.Small()), manifest)).ShouldNotBeNull();

    [Fact]
    public void Deep_json_is_refused() =>
        FileOf.Refusal(WithManifest(FileOf.Image(Images.Small()), new string('[', 100_000))).ShouldNotBeNull();

    [Theory]
    [InlineData("too many", 0)]
    [InlineData("the length of a segment", 1)]
    [InlineData("the place of a segment", 2)]
    [InlineData("the order of mappings", 3)]
    [InlineData("the pid", 4)]
    [InlineData("a thread id", 5)]
    [InlineData("the registers of a thread", 6)]
    [InlineData("a shared object", 7)]
    [InlineData("the number of threads", 8)]
    [InlineData("a descriptor number", 9)]
    [InlineData("the memory layout", 10)]
    [InlineData("the vdso", 11)]
    [InlineData("the vdso", 12)]
    [InlineData("a pending signal", 13)]
    [InlineData("an interval timer", 14)]
    [InlineData("a thread that has ended", 15)]
    [InlineData("the registers of a thread", 16)]
    [InlineData("descriptors in flight", 17)]
    [InlineData("descriptors in flight", 18)]
    [InlineData("a descriptor table", 19)]
    [InlineData("a context of io_setup", 20)]
    [InlineData("a context of io_setup", 21)]
    [InlineData("a context of io_setup", 22)]
    [InlineData("what is undone to a semaphore", 23)]
    [InlineData("an open message queue", 24)]
    public void Values_out_of_bounds_are_refused_by_name(string what, int which)
    {
        ProcessImage image = Images.Small().Main;
        MemoryImage memory = image.Memory;
        image = which switch
        {
            0 => image with { Memory = memory with { Mappings = [.. Enumerable.Repeat(Images.Mapping(0, 1), (1 << 20) + 1)] } },
            1 => image with { Memory = memory with { Segments = [new MemorySegment(0, int.MaxValue - 31, 4096, 0)] } },
            2 => image with { Memory = memory with { Segments = [new MemorySegment(0, 4096, long.MaxValue - 100, 0)] } },
            3 => image with { Memory = memory with { Mappings = [Images.Mapping(0x2000, 0x3000), Images.Mapping(0x2000, 0x3000)] } },
            4 => image with { Attributes = image.Attributes with { Pid = 1 } },
            5 => image with { Threads = [image.Threads[0] with { Tid = 1 << 23 }] },
            6 => image with { Threads = [image.Threads[0] with { Registers = new byte[215] }] },
            7 => image with { Memory = memory with { Mappings = [Images.Mapping(0, 4096) with { Kind = MappingKind.SharedObject, Object = 3 }] } },
            8 => image with { Threads = [] },
            9 => image with { Descriptors = image.Descriptors with { Descriptions = [new Yadokari.Engine.Resources.Descriptors.InotifyImage { Flags = 0, Numbers = [new(int.MaxValue, false)] }] } },
            10 => image with { Memory = memory with { Layout = [1, 2] } },
            11 => image with { Memory = memory with { Vdso = memory.Vdso! with { Bytes = new byte[4096] } } },
            12 => image with { Memory = memory with { Vdso = memory.Vdso! with { Bytes = memory.Vdso.Bytes[..100] } } },
            13 => image with { Signals = image.Signals with { Pending = [new byte[3]] } },
            15 => image with { Threads = [image.Threads[0] with { Ended = 0, Registers = [] }] },
            16 => image with { Threads = [image.Threads[0] with { Ended = 0 }, image.Threads[0]] },
            17 => image with { Descriptors = image.Descriptors with { Descriptions = [InFlight(new InFlightImage(0, [1]))] } },
            18 => image with { Descriptors = image.Descriptors with { Descriptions = [InFlight(new InFlightImage(1, [0]))] } },
            19 => image with { SharesDescriptors = true },
            20 => image with { Memory = memory with { AioContexts = [new AioContextImage(0x10000, 0, 0, [])] } },
            21 => image with { Memory = memory with { Mappings = [Ring], AioContexts = [new AioContextImage(0, 0, 127, new byte[127 * 32])] } },
            22 => image with { Memory = memory with { Mappings = [Ring], AioContexts = [new AioContextImage(0, 5, 4, new byte[125 * 32])] } },
            24 => image with { Descriptors = image.Descriptors with { Descriptions = [Images.Queue(1, 5)] } },
            23 => image with { SemaphoreUndos = [new SemaphoreUndoImage(1, 0, 1)] },
            _ => image with { Timers = image.Timers with { Intervals = [new byte[32], new byte[31], new byte[32]] } },
        };
        Should.Throw<EngineException>(() => ImageBounds.Check(Images.Small() with { Processes = [image] }, 1 << 20)).Message.ShouldContain(what);
    }

    [Theory]
    [InlineData("the name of a message queue", "a/b", 1, 0, 1)]
    [InlineData("the name of a message queue", "..", 1, 0, 1)]
    [InlineData("the name of a message queue", "a", 2, 0, 1)]
    [InlineData("a message of a queue", "a", 1, 32768, 1)]
    [InlineData("a message of a queue", "a", 1, 0, 9)]
    [InlineData("a message of a queue", "a", 1, -1, 1)]
    public void What_no_message_queue_can_be_is_refused(string what, string name, int queues, int priority, int length)
    {
        // Of two messages that fit, and eight bytes each.
        PosixMessageImage message = new((uint)Math.Max(0, priority), new byte[length]);
        PosixQueueImage queue = new(1, name, false, 2, 8, new FileOwnerImage(0, 0, 0), priority < 0 ? [message, message, message] : [message]);
        IpcImage ipc = new() { PosixQueues = [.. Enumerable.Range(0, queues).Select(i => queue with { Id = (ulong)i })] };
        Should.Throw<EngineException>(() => ImageBounds.Check(Images.Small() with { Ipc = ipc }, 1 << 20)).Message.ShouldContain(what);
    }

    private static MappingImage Ring => Images.Mapping(0, 4096) with { Kind = MappingKind.AioContext };

    /// <summary>The only description of its table, with one message.</summary>
    private static UnixPairImage InFlight(InFlightImage flight) =>
        new() { Flags = 0, Numbers = [new(5, false)], Type = 1, Id = 1, PeerId = 0, Unread = [[1]], Shutdown = 0, Options = [], InFlight = [flight] };

    [Fact]
    public void What_the_writer_made_does_what_it_says() => Prop.ForAll(Images.All, image =>
        FileOf.Open(FileOf.Image(image), file => file.DoesWhatItSays)).Check(Some);

    /// <summary>Someone who computes checksums: the manifest of one process, the plan of another.</summary>
    [Fact]
    public void A_plan_that_is_not_the_manifests_is_noticed()
    {
        TreeImage harmless = Images.Small();
        TreeImage other = harmless.WithMain(image => image with { Attributes = image.Attributes with { WorkingDirectory = "/elsewhere" } });
        byte[] forged = WithManifest(FileOf.Image(other), Text(harmless));
        FileOf.Open(forged, file => (file.DoesWhatItSays, file.Summary.PlanOperations)).ShouldBe((false, null));
        Should.Throw<EngineException>(() => FileOf.Open(forged, file => file.PrintPlan().Count())).Error.ShouldBe(EngineError.BadContextFile);
    }

    [Theory]
    [InlineData(0)] // the interpreter's code
    [InlineData(RegionLayout.OwnOffset)] // variables, which no checksum of the segment's own header covers
    [InlineData(RegionLayout.HeaderOffset)]
    [InlineData(RegionLayout.OperationsOffset)]
    public void Any_other_byte_of_the_control_segment_is_noticed_though_the_checksum_is_right(int at)
    {
        byte[] whole = FileOf.Image(Images.Small());
        ContextHeader header = ContextHeader.Parse(whole.AsSpan(0, 4096), whole.Length);
        Span<byte> control = whole.AsSpan((int)header.ControlOffset, (int)header.ControlLength);
        control[at] ^= 1;
        (header with { ControlChecksum = Checksum.Compute(control) }).ToBytes().CopyTo(whole, 0);
        FileOf.Open(whole, file => file.DoesWhatItSays).ShouldBeFalse();
    }

    /// <summary>What its own checksum does not cover: the entry point could lead into a page of memory.</summary>
    [Fact]
    public void Any_other_byte_of_the_header_page_is_noticed()
    {
        byte[] whole = FileOf.Image(Images.Small());
        for (int at = 0x164; at < 4096; at += 7)
        {
            whole[at] ^= 1;
            FileOf.Open(whole, file => file.DoesWhatItSays).ShouldBeFalse($"byte {at}");
            whole[at] ^= 1;
        }

        ulong entry = BinaryPrimitives.ReadUInt64LittleEndian(whole.AsSpan(24));
        BinaryPrimitives.WriteUInt64LittleEndian(whole.AsSpan(24), entry + 16);
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(0x160), Checksum.Compute(whole.AsSpan(0, 0x160)));
        FileOf.Open(whole, file => file.DoesWhatItSays).ShouldBeFalse();
    }

    /// <summary>Reading a file from outside takes memory in proportion to the file, whatever its manifest asks for.</summary>
    [Theory]
    [InlineData("mappings")]
    [InlineData("lists")]
    [InlineData("objects")]
    [InlineData("strings")]
    public void A_large_manifest_takes_no_more_than_a_few_times_its_bytes(string of)
    {
        TreeImage image = Images.Small();
        byte[] whole = FileOf.Image(image);
        JsonNode manifest = JsonNode.Parse(Text(image))!;
        JsonNode main = manifest["Processes"]![0]!;
        const int bytes = 24 << 20;
        const string marker = "\"@\"";
        string item;
        if (of == "mappings")
        {
            JsonNode mapping = main["Memory"]!["Mappings"]![0]!.DeepClone();
            item = mapping.ToJsonString();
            main["Memory"]!["Mappings"] = new JsonArray("@");
        }
        else
        {
            item = of switch { "lists" => "[]", "objects" => "{}", _ => "\"\"" };
            main["Attributes"]![of == "strings" ? "CommandLine" : "Limits"] = new JsonArray("@");
        }

        int count = bytes / (item.Length + 1);
        string items = of == "mappings"
            ? string.Join(',', Enumerable.Range(0, count).Select(i => Numbered(item, (ulong)i)))
            : string.Join(',', Enumerable.Repeat(item, count));
        byte[] forged = WithManifest(whole, manifest.ToJsonString().Replace(marker, items, StringComparison.Ordinal));
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            FileOf.Open(forged, file => file.Summary);
        }
        catch (EngineException refused)
        {
            refused.Error.ShouldBe(EngineError.BadContextFile);
        }

        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        taken.ShouldBeLessThan(16L * forged.Length, $"{taken >> 20} MiB for a file of {forged.Length >> 20} MiB");

        static string Numbered(string mapping, ulong i) => mapping
            .Replace($"\"Start\":{0x10000}", $"\"Start\":{(i + 16) * 4096}", StringComparison.Ordinal)
            .Replace($"\"End\":{0x20000}", $"\"End\":{(i + 17) * 4096}", StringComparison.Ordinal);
    }

    private static string Text(TreeImage image) => JsonSerializer.Serialize(image, ImageJson.Default.TreeImage);

    private static byte[] RandomBytes(int seed)
    {
        Random random = new(seed);
        byte[] bytes = new byte[random.Next(3 * 4096)];
        random.NextBytes(bytes);
        if (seed % 2 == 0 && bytes.Length >= 4096)
        {
            // Past the first look: the right words, a right checksum, random numbers.
            "\u007fELF"u8.CopyTo(bytes);
            "YADOKARI"u8.CopyTo(bytes.AsSpan(0x100));
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(0x108), 1);
            if (seed % 4 == 0)
            {
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(0x138), bytes.Length);
            }

            if (seed % 8 == 0)
            {
                foreach (int at in (int[])[0x110, 0x118, 0x128, 0x130])
                {
                    BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), random.Next(bytes.Length));
                }
            }

            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(0x160), Checksum.Compute(bytes.AsSpan(0, 0x160)));
        }

        return bytes;
    }

    /// <summary>The same file with another manifest and right checksums.</summary>
    private static byte[] WithManifest(byte[] whole, string manifest)
    {
        byte[] text = Encoding.UTF8.GetBytes(manifest);
        byte[] padded = new byte[Math.Max(32, (text.Length + 31) / 32 * 32)];
        text.CopyTo(padded, 0);
        ContextHeader header = ContextHeader.Parse(whole.AsSpan(0, 4096), whole.Length);
        header = header with
        {
            ManifestLength = Math.Max(1, text.Length),
            ManifestChecksum = Checksum.Compute(padded),
            FileLength = header.ManifestOffset + padded.Length,
        };
        return [.. header.ToBytes(), .. whole[4096..(int)header.ManifestOffset], .. padded];
    }

    private static IEnumerable<string> Paths(JsonNode node, string path)
    {
        IEnumerable<(string Name, JsonNode? Child)> children = node switch
        {
            JsonObject members => members.Select(member => (member.Key, member.Value)),
            JsonArray items => items.Take(2).Select((item, index) => ($"{index}", item)),
            _ => [],
        };
        foreach ((string name, JsonNode? child) in children)
        {
            string below = path.Length == 0 ? name : $"{path}\t{name}";
            yield return below;
            foreach (string deeper in child is null ? [] : Paths(child, below))
            {
                yield return deeper;
            }
        }
    }

    private static void Change(JsonNode root, string path, string? value)
    {
        string[] names = path.Split('\t');
        JsonNode parent = root;
        foreach (string name in names[..^1])
        {
            parent = parent is JsonArray items ? items[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)]! : parent[name]!;
        }

        if (parent is JsonArray array)
        {
            int index = int.Parse(names[^1], System.Globalization.CultureInfo.InvariantCulture);
            array.RemoveAt(index);
            if (value is not null)
            {
                array.Insert(index, JsonNode.Parse(value));
            }
        }
        else if (value is null)
        {
            parent.AsObject().Remove(names[^1]);
        }
        else
        {
            parent[names[^1]] = JsonNode.Parse(value);
        }
    }
}
