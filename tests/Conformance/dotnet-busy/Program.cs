// A .NET program with many threads and a busy garbage collector; its output must not depend on where it ran.
// Arguments: the gate file (it goes on until that exists), how many rounds.
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

string gate = args[0];
int rounds = int.Parse(args[1]);
string last = "";
for (int round = 1; round <= rounds; round++)
{
    last = await Work(round);
    Console.WriteLine($"{round} {last}");
}

while (!File.Exists(gate))
{
    File.AppendAllText(gate + ".beats", ".");
    if (await Work(rounds) != last)
    {
        Console.WriteLine("came out otherwise than before");
        return 1;
    }
}

Console.WriteLine("done");
return 0;

static async Task<string> Work(int round)
{
    ConcurrentDictionary<int, string> found = new();
    await Task.WhenAll(Enumerable.Range(0, 12).Select(number => Task.Run(async () =>
    {
        StringBuilder text = new();
        List<byte[]> kept = [];
        uint x = (uint)((round * 31) + number);
        for (int i = 0; i < 400; i++)
        {
            x = (x * 1664525) + 1013904223;
            byte[] garbage = new byte[1000 + (x % 9000)];
            garbage[^1] = (byte)x;
            if (x % 16 == 0)
            {
                kept.Add(garbage);
            }

            text.Append(x % 1000);
        }

        await Task.Yield();
        text.Append(kept.Sum(block => block[^1])).Append(kept.Count);
        found[number] = Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(text.ToString())));
    })));
    return Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(',', found.OrderBy(pair => pair.Key)))));
}
