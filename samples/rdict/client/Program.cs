using RdictClient;
using Yadokari.Rpc.Client;

const string Usage = """
    usage: rdict-client ADDRESS lookup WORD
           rdict-client ADDRESS define WORD
           rdict-client ADDRESS load [CLIENTS [SECONDS]]
    example: rdict-client http://127.0.0.1:5000 define apple
    """;

if (args.Length < 2 || !Uri.TryCreate(args[0], UriKind.Absolute, out Uri? address))
{
    Console.Error.WriteLine(Usage);
    return 2;
}

// By its name the service is found also when it has left the address long ago.
HttpClient Connect() => new(new YadokariHandler(new YadokariClientOptions { Service = "rdict" })) { BaseAddress = address };

using HttpClient http = Connect();
try
{
    switch (args[1..])
    {
        case ["lookup", string word]:
            Console.WriteLine(await http.GetStringAsync($"/lookup/{Uri.EscapeDataString(word)}"));
            return 0;
        case ["define", string word]:
            using (HttpResponseMessage answer = await http.GetAsync($"/define/{Uri.EscapeDataString(word)}"))
            {
                Console.WriteLine(answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync() : $"no such word: {word}");
                return answer.IsSuccessStatusCode ? 0 : 4;
            }

        case ["load", .. string[] rest]:
            int clients = rest.Length > 0 && int.TryParse(rest[0], out int given) ? given : 8;
            int seconds = rest.Length > 1 && int.TryParse(rest[1], out int time) ? time : 10;
            Console.WriteLine(await Load.RunAsync(Connect, clients, TimeSpan.FromSeconds(seconds)));
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (HttpRequestException e)
{
    Console.Error.WriteLine($"rdict-client: {address}: {e.Message}");
    return 1;
}
