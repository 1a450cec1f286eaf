using Shouldly;
using Xunit;
using Yadokari.Daemon.Load;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Tests.Load;

/// <summary>What a host keeps of its load on the disk.</summary>
public sealed class LoadArchiveTests : IDisposable
{
    private const long Minute = 60_000;
    private readonly string _directory = Directory.CreateTempSubdirectory("yado-load-").FullName;

    private string File_ => Path.Combine(_directory, "load.minutes");

    [Fact]
    public void Minutes_are_there_for_the_next_daemon_as_they_were_written()
    {
        LoadSample full = new(700 * Minute, 1.25, 0.5, 12345678901, 3, true, 12.5, 0.25);
        LoadSample bare = new(701 * Minute, 0, 0, 0, 0, false, null, null);
        new LoadArchive(File_, 100).Put(full);
        new LoadArchive(File_, 100).Put(bare);

        new LoadArchive(File_, 100).Between(0, long.MaxValue).ShouldBe([full, bare]);
        new LoadArchive(File_, 100).Between(700 * Minute, long.MaxValue).ShouldBe([bare]);
        new LoadArchive(File_, 100).Between(0, 701 * Minute).ShouldBe([full]);
        File.GetUnixFileMode(File_).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void The_file_never_grows_and_the_oldest_minutes_give_way()
    {
        LoadArchive archive = new(File_, 50);
        for (int minute = 1000; minute < 1130; minute++)
        {
            archive.Put(new LoadSample(minute * Minute, minute, 0, 0, 0, false, null, null));
        }

        archive.Between(0, long.MaxValue).Select(s => s.RunQueue).ShouldBe(Enumerable.Range(1080, 50).Select(m => (double)m));
        new FileInfo(File_).Length.ShouldBe(50 * 56);
    }

    [Fact]
    public void A_damaged_minute_is_left_out_and_a_file_of_anything_is_no_history()
    {
        LoadArchive archive = new(File_, 10);
        for (int minute = 100; minute < 110; minute++)
        {
            archive.Put(new LoadSample(minute * Minute, 1, 1, 1, 1, false, null, null));
        }
        byte[] bytes = File.ReadAllBytes(File_);
        bytes[(3 * 56) + 9] ^= 1;
        File.WriteAllBytes(File_, [.. bytes[..(9 * 56)], .. bytes[..30]]);

        archive.Between(0, long.MaxValue).Select(s => s.At / Minute).ShouldBe([100, 101, 102, 104, 105, 106, 107, 108]);

        new Random(1991).NextBytes(bytes);
        File.WriteAllBytes(File_, [.. bytes, .. bytes]);
        archive.Between(0, long.MaxValue).ShouldBeEmpty();
        File.Delete(File_);
        archive.Between(0, long.MaxValue).ShouldBeEmpty();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
