// A .NET program that knows it moves: counts primes, holds itself in place while it counts a block and writes its line, and
// saves itself when the count is half way. pms-dotnet OUTPUT [BLOCKS [CONTEXT-FILE]]
using System.Globalization;
using Yadokari.Pms;

if (args.Length is 0 or > 3)
{
    Console.Error.WriteLine("usage: pms-dotnet OUTPUT [BLOCKS [CONTEXT-FILE]]");
    return 2;
}
using StreamWriter file = new(args[0]) { AutoFlush = true };
using TextWriter output = TextWriter.Synchronized(file);
Pms.Moving += () => output.WriteLine($"leaving {Pms.Host}");
Pms.Moved += () => output.WriteLine($"on {Pms.Host}");
Console.WriteLine(Pms.Register(Environment.GetEnvironmentVariable("PMS_NAME")) ? "registered" : "no daemon here");

int blocks = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 200;
int primes = 0;
for (int block = 0; block < blocks; block++)
{
    using (Pms.Hold())
    {
        string before = Environment.MachineName;
        for (int n = block * 80_000; n < (block + 1) * 80_000; n++)
        {
            primes += IsPrime(n) ? 1 : 0;
        }
        output.WriteLine($"{block} {primes}{(before == Environment.MachineName ? "" : " CUT")}");
    }

    if (block == blocks / 2 && args.Length == 3)
    {
        CheckpointOutcome outcome = await Pms.CheckpointAsync(args[2]);
        output.WriteLine($"{outcome} on {Pms.Host}");
    }
}

return 0;

static bool IsPrime(int n)
{
    for (int d = 2; d * d <= n; d++)
    {
        if (n % d == 0)
        {
            return false;
        }
    }

    return n > 1;
}
