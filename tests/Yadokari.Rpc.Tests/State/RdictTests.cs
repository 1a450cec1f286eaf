using System.IO.Compression;
using Rdict;
using Shouldly;
using Xunit;
using Yadokari.Rpc.State;

namespace Yadokari.Rpc.Tests.State;

/// <summary>The sample samples/rdict, its server's own source.</summary>
public sealed class RdictTests
{
    [Fact]
    public void The_dictionary_moves_with_what_was_added_while_it_was_copied()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(file, Enumerable.Range(0, 50_000).Select(static i => $"word{i}"));
            var from = new Words();
            DictionaryFile.Load(file, from);

            byte[] ahead = Bytes.Ahead(from);
            from.Add("Apple", "a fruit");
            from.Add("word7", "the eighth");
            from.Lookup("apple").ShouldBeTrue();
            byte[] delta = Bytes.Delta(from);
            var into = new Words();
            ((ICarriedState)into).Restore(ahead, 1);
            ((ICarriedState)into).RestoreDelta(delta, 1);

            into.Meanings.Count.ShouldBe(50_001);
            into.Calls.ShouldBe(3);
            into.Define("APPLE").ShouldBe("a fruit");
            into.Define("word7").ShouldBe("\nthe eighth");
            delta.Length.ShouldBeLessThan(1000);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_dictd_database_is_read_with_its_meanings()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("yadokari-rdict-");
        try
        {
            using (var text = new GZipStream(File.Create(Path.Combine(directory.FullName, "small.dict.dz")), CompressionLevel.Fastest))
            {
                text.Write("a fruita tree"u8);
            }

            // Offset and length in base 64: A is 0, H is 7, G is 6.
            File.WriteAllText(Path.Combine(directory.FullName, "small.index"), "apple\tA\tH\napple\tH\tG\noak\tH\tG\n");
            var words = new Words();

            DictionaryFile.Load(Path.Combine(directory.FullName, "small.index"), words);

            words.Define("apple").ShouldBe("a fruit\na tree");
            words.Define("oak").ShouldBe("a tree");
            words.Define("elm").ShouldBeNull();
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void Migration_takes_at_most_30_lines_of_client_and_server()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Yadokari.slnx")))
        {
            root = root.Parent;
        }

        string sample = Path.Combine(root!.FullName, "samples", "rdict");
        int lines = ((string[])["server", "client"])
            .SelectMany(part => Directory.GetFiles(Path.Combine(sample, part), "*.cs"))
            .SelectMany(File.ReadLines)
            .Count(static line => line.Contains("Yadokari", StringComparison.Ordinal) || line.Contains("Carried", StringComparison.Ordinal));

        lines.ShouldBeInRange(5, 30);
    }
}
