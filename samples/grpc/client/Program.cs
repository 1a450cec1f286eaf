using Grpc.Core;
using Grpc.Net.Client;
using GrpcTally;
using Yadokari.Rpc.Client;

const string Usage = """
    usage: grpc-tally-client ADDRESS count WORD [TIMES]
           grpc-tally-client ADDRESS all WORD…
           grpc-tally-client ADDRESS watch WORD
           grpc-tally-client ADDRESS each            words from standard input, one a line
    example: grpc-tally-client http://127.0.0.1:5001 count apple
    """;

if (args.Length < 2 || !Uri.TryCreate(args[0], UriKind.Absolute, out Uri? address))
{
    Console.Error.WriteLine(Usage);
    return 2;
}

// All that a client needs to follow the service. A unary call runs exactly once.
using GrpcChannel channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = new YadokariHandler(new YadokariClientOptions { Service = "tally" }) });
Tally.TallyClient tally = new(channel);
switch (args[1..])
{
    case ["count", string word, .. string[] rest]:
        int times = rest is [var given] ? int.Parse(given) : 1;
        for (int i = 0; i < times; i++)
        {
            Show(await tally.CountAsync(new Word { Text = word }));
        }
        return 0;
    case ["all", .. string[] words]:
        // A stream that a move has ended is begun anew: what was counted stays counted.
        using (AsyncClientStreamingCall<Word, Times> call = tally.CountAll())
        {
            foreach (string word in words)
            {
                await call.RequestStream.WriteAsync(new Word { Text = word });
            }
            await call.RequestStream.CompleteAsync();
            Show(await call);
        }
        return 0;
    case ["watch", string word]:
        while (true)
        {
            try
            {
                using AsyncServerStreamingCall<Times> call = tally.Watch(new Word { Text = word });
                await foreach (Times answer in call.ResponseStream.ReadAllAsync())
                {
                    Show(answer);
                }
            }
            catch (RpcException moved) when (moved.StatusCode == StatusCode.Unavailable)
            {
                Console.Error.WriteLine(moved.Status.Detail);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    case ["each"]:
        using (AsyncDuplexStreamingCall<Word, Times> call = tally.CountEach())
        {
            while (Console.ReadLine() is { } line)
            {
                await call.RequestStream.WriteAsync(new Word { Text = line });
                if (!await call.ResponseStream.MoveNext(CancellationToken.None))
                {
                    break;
                }
                Show(call.ResponseStream.Current);
            }
            await call.RequestStream.CompleteAsync();
        }
        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

static void Show(Times answer) => Console.WriteLine($"{answer.Times_} (process {answer.Process})");
