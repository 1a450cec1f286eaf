using Microsoft.Win32.SafeHandles;
using Shouldly;
using Xunit;
using Yadokari.Engine.Checkpointing;

namespace Yadokari.Engine.Tests.Checkpointing;

/// <summary>A context file that is written over an earlier one: the bytes are those of a new file, what is written is what differs.</summary>
public sealed class EarlierFileTests : IDisposable
{
    private const int Page = 4096;
    private static readonly IReadOnlyList<EarlierPlace> Places = [new("1", 0x1000, Page, Page)];

    private readonly string _directory = Directory.CreateTempSubdirectory("yado-earlier-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Aside => Path.Combine(_directory, "aside");

    private string Target => Path.Combine(_directory, "job.ctx");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_was_written_counts_and_all_else_is_zeros_as_in_a_new_file(int seed)
    {
        Random random = new(seed);
        byte[] earlier = new byte[random.Next(1, 900) * Page];
        random.NextBytes(earlier);
        File.WriteAllBytes(Aside, earlier);
        byte[] expected = new byte[(random.Next(1, 900) * Page) + 32];
        using FileContextWriter writer = FileContextWriter.Over(Aside, Places, Target);
        File.Exists(Aside).ShouldBeFalse();
        for (int i = 0; i < 300; i++)
        {
            int page = random.Next(expected.Length / Page);
            byte[] bytes = new byte[Math.Min(random.Next(1, 20) * Page, expected.Length - (page * Page))];
            if (random.Next(2) == 0)
            {
                random.NextBytes(bytes);
            }
            else
            {
                // As the earlier one has it, in part.
                earlier.AsSpan(Math.Min(page * Page, earlier.Length)..Math.Min((page * Page) + bytes.Length, earlier.Length)).CopyTo(bytes);
            }

            bytes.CopyTo(expected, page * Page);
            writer.Write((long)page * Page, bytes);
        }

        byte[] end = new byte[32];
        random.NextBytes(end);
        end.CopyTo(expected, expected.Length - end.Length);
        writer.Write(expected.Length - end.Length, end);
        writer.Commit();
        File.ReadAllBytes(Target).AsSpan().SequenceEqual(expected).ShouldBeTrue();
        Directory.GetFileSystemEntries(_directory).ShouldBe([Target]);
    }

    [Fact]
    public void Only_pages_that_differ_are_written()
    {
        byte[] bytes = new byte[1000 * Page];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(Aside, bytes);
        for (int page = 0; page < 1000; page += 100)
        {
            bytes[(page * Page) + 17]++;
        }

        using FileContextWriter writer = FileContextWriter.Over(Aside, Places, Target);
        writer.Write(0, bytes);
        writer.Commit();
        // And the first page once more: it is cleared before all else.
        writer.Written.ShouldBe(11 * Page);
        File.ReadAllBytes(Target).AsSpan().SequenceEqual(bytes).ShouldBeTrue();
    }

    [Fact]
    public void It_is_no_context_file_from_its_first_write_on_and_nothing_of_it_stays_when_it_is_given_up()
    {
        byte[] bytes = new byte[10 * Page];
        Array.Fill(bytes, (byte)7);
        File.WriteAllBytes(Aside, bytes);
        using (FileContextWriter writer = FileContextWriter.Over(Aside, Places, Target))
        {
            writer.Write(5 * Page, bytes.AsSpan(0, Page));
            string part = Directory.GetFileSystemEntries(_directory).ShouldHaveSingleItem();
            part.ShouldEndWith(".part");
            // Not by File, which asks for the lock that the writer has.
            using System.Diagnostics.Process compare = System.Diagnostics.Process.Start("cmp", ["-n", "4096", part, "/dev/zero"]);
            compare.WaitForExit();
            compare.ExitCode.ShouldBe(0);
        }

        Directory.GetFileSystemEntries(_directory).ShouldBeEmpty();
    }

    [Fact]
    public void One_that_somebody_reads_is_his_and_stays_what_it_is()
    {
        File.WriteAllBytes(Aside, new byte[4 * Page]);
        using SafeFileHandle reader = File.OpenHandle(Aside, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        WriteSevens();
        byte[] seen = new byte[4 * Page];
        RandomAccess.Read(reader, seen, 0).ShouldBe(seen.Length);
        seen.ShouldBe(new byte[4 * Page]);
    }

    [Fact]
    public void One_that_has_another_name_stays_what_it_is_by_that()
    {
        File.WriteAllBytes(Aside, new byte[4 * Page]);
        string other = Path.Combine(_directory, "kept.ctx");
        using (System.Diagnostics.Process link = System.Diagnostics.Process.Start("ln", [Aside, other]))
        {
            link.WaitForExit();
            link.ExitCode.ShouldBe(0);
        }

        WriteSevens();
        File.ReadAllBytes(other).ShouldBe(new byte[4 * Page]);
    }

    [Fact]
    public void One_that_is_being_executed_is_left_alone()
    {
        File.Copy("/bin/sleep", Aside);
        using System.Diagnostics.Process sleeper = System.Diagnostics.Process.Start(Aside, ["1000"]);
        try
        {
            WriteSevens();
        }
        finally
        {
            sleeper.Kill();
        }
    }

    private void WriteSevens()
    {
        byte[] sevens = new byte[4 * Page];
        Array.Fill(sevens, (byte)7);
        using FileContextWriter writer = FileContextWriter.Over(Aside, Places, Target);
        writer.Earlier.ShouldBeEmpty("it is a new file");
        writer.Write(0, sevens);
        writer.Commit();
        writer.Written.ShouldBe(sevens.Length);
        File.ReadAllBytes(Target).ShouldBe(sevens);
        File.Exists(Aside).ShouldBeFalse();
    }
}
