using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Yadokari.Cli.Demo;

/// <summary>The .NET program of the demo: threads that make and drop much memory and come to a fixed result.</summary>
public static class DemoWork
{
    private const int Threads = 4;
    // Some seconds: a move must find it at work, also after the rounds in which its memory is copied ahead.
    private const int Rounds = 60;

    public static void Run()
    {
        for (int round = 1; round <= Rounds; round++)
        {
            string[] results = new string[Threads];
            Thread[] threads = [.. Enumerable.Range(0, Threads).Select(n => new Thread(() => results[n] = Crunch(round, n)))];
            Array.ForEach(threads, t => t.Start());
            Array.ForEach(threads, t => t.Join());
            Console.WriteLine($"{round} {string.Join(' ', results)}");
        }
    }

    private static string Crunch(int round, int thread)
    {
        ulong x = (ulong)((round * Threads) + thread);
        Dictionary<string, List<ulong>> kept = [];
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < 60_000; i++)
        {
            x = (x * 6364136223846793005) + 1442695040888963407;
            string key = (x >> 50).ToString("x", CultureInfo.InvariantCulture);
            if (!kept.TryGetValue(key, out List<ulong>? list))
            {
                kept[key] = list = [];
            }

            list.Add(x);
            hash.AppendData(Encoding.ASCII.GetBytes(key + list.Count.ToString(CultureInfo.InvariantCulture)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }
}
