// A .NET program that knows it moves: counts primes, holds itself in place while it writes a line, and saves itself when
// the count is half way. pms-dotnet OUTPUT [CONTEXT-FILE]
using Yadokari.Pms;

if (args.Length is 0 or > 2)
{
    Console.Error.WriteLine("usage: pms-dotnet OUTPUT [CONTEXT-FILE]");
    return 2;
}
using StreamWriter output = new(args[0]) { AutoFlush = true };
Pms.Moving += () => output.WriteLine($"leaving {Pms.Host}");
Pms.Moved += () => output.WriteLine($"on {Pms.Host}");
Console.WriteLine(Pms.Register(Environment.GetEnvironmentVariable("PMS_NAME")) ? "registered" : "no daemon here");

const int Blocks = 200;
int primes = 0;
for (int block = 0; block < Blocks; block++)
{
    for (int n = block * 80_000; n < (block + 1) * 80_000; n++)
    {
        primes += IsPrime(n) ? 1 : 0;
    }

    using (Pms.Hold())
    {
        string before = Environment.MachineName;
        output.WriteLine($"{block} {primes}{(before == Environment.MachineName ? "" : " CUT")}");
    }

    if (block == Blocks / 2 && args.Length == 2)
    {
        CheckpointOutcome outcome = await Pms.CheckpointAsync(args[1]);
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
