using System.IO.Compression;
using System.Text;

namespace Rdict;

/// <summary>Reads Debian's dictionaries: a list of words (wamerican), or a dictd database with meanings (dict-gcide).</summary>
public static class DictionaryFile
{
    private const string Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// <summary>Reads NAME.index with NAME.dict.dz beside it, or any other file as one word a line.</summary>
    public static void Load(string path, Words words)
    {
        if (Path.GetExtension(path) != ".index")
        {
            foreach (string word in File.ReadLines(path))
            {
                words.Meanings.TryAdd(word, "");
            }

            return;
        }

        using var text = new MemoryStream();
        // dictzip is gzip with an index of its own, which gzip skips.
        using (var file = new GZipStream(File.OpenRead(Path.ChangeExtension(path, ".dict.dz")), CompressionMode.Decompress))
        {
            file.CopyTo(text);
        }

        foreach (string[] entry in File.ReadLines(path).Select(static line => line.Split('\t')).Where(static e => e.Length >= 3))
        {
            string meaning = Encoding.UTF8.GetString(text.GetBuffer(), Number(entry[1]), Number(entry[2]));
            words.Meanings.AddOrUpdate(entry[0], meaning, (_, other) => other + "\n" + meaning);
        }
    }

    private static int Number(string text) => text.Aggregate(0, static (n, digit) => (64 * n) + Digits.IndexOf(digit));
}
