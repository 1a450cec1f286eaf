using System.Net;
using Yadokari.Rpc.Client;
using Yadokari.Rpc.Moves;

// counting-client DIRECTORY HTTP1-ADDRESS HTTP2-ADDRESS DAEMON…
// Calls the counting service from four clients until there is a file 'stop' in the directory. How many calls were answered stands in
// 'answered' meanwhile. Then asks the service what it has counted, and prints that as NAME=VALUE lines.
string directory = args[0];
string[] daemons = args[3..];
using CancellationTokenSource stop = new();
CountingCaller[] clients = [.. Enumerable.Range(0, 4).Select(i => i % 2 == 0
    ? new CountingCaller(Connect(loseEvery: 40), $"c{i}", args[1], HttpVersion.Version11)
    : new CountingCaller(Connect(loseEvery: 40), $"c{i}", args[2], HttpVersion.Version20))];
Task[] running = [.. clients.Select(c => Task.Run(() => c.RunAsync(stop.Token)))];
while (!File.Exists(Path.Combine(directory, "stop")))
{
    string progress = Path.Combine(directory, "answered");
    File.WriteAllText(progress + ".new", $"{clients.Sum(c => c.Answered.Count)} {clients.Sum(c => c.Failed.Count)}");
    File.Move(progress + ".new", progress, overwrite: true);
    await Task.Delay(20);
}
await stop.CancelAsync();
await Task.WhenAll(running);

string[] answered = [.. clients.SelectMany(c => c.Answered)];
string[] failed = [.. clients.SelectMany(c => c.Failed)];
using HttpClient asks = Connect(loseEvery: 0);
using StringContent keys = new(string.Join('\n', answered));
using HttpResponseMessage missing = await asks.PostAsync($"http://{args[1]}/missing", keys);
string[] report = (await asks.GetStringAsync($"http://{args[1]}/report")).Split(' ');
Console.WriteLine($"answered={answered.Length}");
Console.WriteLine($"failed={string.Join("; ", failed.Take(3))}");
Console.WriteLine($"missing={await missing.Content.ReadAsStringAsync()}");
Console.WriteLine($"keys={report[0]}");
Console.WriteLine($"twice={report[1]}");
Console.WriteLine($"runs={report[2]}");
Console.WriteLine($"sound={report[3]}");

// Some replies get lost on purpose.
HttpClient Connect(int loseEvery)
{
    YadokariClientOptions options = new() { Service = "counting", Deadline = TimeSpan.FromSeconds(90), AttemptTimeout = TimeSpan.FromSeconds(3) };
    foreach (string daemon in daemons)
    {
        options.Daemons.Add(daemon);
    }
    SocketsHttpHandler sockets = new() { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(1), EnableMultipleHttp2Connections = true };
    return new HttpClient(new YadokariHandler(options, new UnreliableHandler(loseEvery, sockets))) { Timeout = Timeout.InfiniteTimeSpan };
}
