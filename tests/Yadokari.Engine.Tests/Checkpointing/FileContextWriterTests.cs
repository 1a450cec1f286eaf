using Microsoft.Win32.SafeHandles;
using Shouldly;
using Xunit;
using Yadokari.Engine.Checkpointing;
using Yadokari.Linux.Descriptors;

namespace Yadokari.Engine.Tests.Checkpointing;

public sealed class FileContextWriterTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("yado-writer-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Target => Path.Combine(_directory, "job.ctx");

    private string[] Entries => [.. Directory.EnumerateFileSystemEntries(_directory).Select(p => Path.GetFileName(p))];

    [Fact]
    public void A_writer_that_is_killed_leaves_nothing()
    {
        // As far as the directory tells, this writer may be dead at any instant.
        using (FileContextWriter writer = FileContextWriter.Create(Target))
        {
            Entries.ShouldBeEmpty();
            writer.Write(0, new byte[100]);
            Entries.ShouldBeEmpty();
        }

        Entries.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_committed_has_its_bytes_its_mode_and_its_name_and_no_other()
    {
        using FileContextWriter writer = FileContextWriter.Create(Target);
        writer.Reserve(() => 1 << 20);
        writer.Write(3, [1, 2, 3]);
        writer.Commit();
        Entries.ShouldBe(["job.ctx"]);
        File.ReadAllBytes(Target).ShouldBe([0, 0, 0, 1, 2, 3]);
        ((int)File.GetUnixFileMode(Target) & 0x3F).ShouldBe(0);
    }

    [Fact]
    public void Room_is_taken_before_anything_is_written_and_never_over_it()
    {
        using FileContextWriter writer = FileContextWriter.Create(Target);
        writer.Reserve(() => 100_000);
        writer.Write(70_000, [1, 2, 3]);
        writer.Reserve(() => throw new InvalidOperationException("asked though something is written"));
        writer.Commit();
        byte[] all = File.ReadAllBytes(Target);
        all.Length.ShouldBe(70_003);
        all[..70_000].ShouldAllBe(value => value == 0);
        all[70_000..].ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void A_name_that_was_taken_meanwhile_is_not_taken_away()
    {
        using FileContextWriter writer = FileContextWriter.Create(Target);
        writer.Write(0, [1]);
        File.WriteAllText(Target, "another");
        Should.Throw<EngineException>(writer.Commit).Error.ShouldBe(EngineError.OutputExists);
        File.ReadAllText(Target).ShouldBe("another");
        Entries.ShouldBe(["job.ctx"]);
    }

    /// <summary>Where there are no unnamed files.</summary>
    [Fact]
    public void Part_files_of_dead_writers_are_swept_and_those_of_living_ones_and_of_others_are_not()
    {
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        string dead = $"{Target}.{Guid.NewGuid():N}.part";
        File.WriteAllBytes(dead, [1]);
        string others = Path.Combine(_directory, "film.mkv.part");
        File.WriteAllBytes(others, [1]);
        using PartFile living = PartFile.Create(Path.Combine(_directory, "other.ctx"), mode);
        File.Exists(dead).ShouldBeFalse();
        using (PartFile second = PartFile.Create(Target, mode))
        {
            Entries.Length.ShouldBe(3);
            second.NameAndClose(Target);
        }

        File.Exists(Target).ShouldBeTrue();
        File.Exists(others).ShouldBeTrue();
        Entries.Count(e => e.StartsWith("other.ctx.", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void A_file_system_without_unnamed_files_is_known() =>
        // proc(5) has none.
        UnnamedFile.TryCreate("/proc/self/task", UnixFileMode.UserRead).ShouldBeNull();

    [Fact]
    public void A_named_file_is_open_for_writing_nowhere()
    {
        SafeFileHandle file = UnnamedFile.TryCreate(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)!;
        RandomAccess.Write(file, File.ReadAllBytes("/bin/true"), 0);
        string path = Path.Combine(_directory, "true");
        UnnamedFile.NameAndClose(file, path);
        using System.Diagnostics.Process run = System.Diagnostics.Process.Start(path);
        run.WaitForExit();
        run.ExitCode.ShouldBe(0);
    }
}
