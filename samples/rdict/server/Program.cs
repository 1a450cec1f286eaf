using Rdict;
using Yadokari.Rpc.Server;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddYadokari(options => options.WarmUp = WarmUpAsync);
builder.Services.AddCarried<Words>();
WebApplication app = builder.Build();
app.UseYadokari();

app.MapGet("/lookup/{word}", (string word, Words words) => Results.Text(words.Lookup(word) ? "true" : "false", "application/json"));
app.MapGet("/define/{word}", (string word, Words words) => words.Define(word) is { } meaning ? Results.Text(meaning) : Results.NotFound());
app.MapPost("/words/{word}", async (string word, HttpRequest request, Words words) =>
{
    using var body = new StreamReader(request.Body);
    words.Add(word, await body.ReadToEndAsync());
});
app.MapGet("/stats", (Words words) => Results.Text(
    $$"""{"words":{{words.Meanings.Count}},"calls":{{words.Calls}},"process":{{Environment.ProcessId}}}""", "application/json"));

// Only where the server starts for the first time: to where it moves the dictionary comes along, and no file is needed.
string file = builder.Configuration["dictionary"] ?? "/usr/share/dict/words";
if (!app.Services.IsSuccessor() && File.Exists(file))
{
    DictionaryFile.Load(file, app.Services.GetRequiredService<Words>());
}

app.Run();

// What a new instance calls before it takes over, by HTTP/1.1 and by HTTP/2: once loads what it takes and makes connections. The
// dictionary comes behind, in the place of what this leaves there.
static async Task WarmUpAsync(HttpClient self, CancellationToken cancellation)
{
    for (int i = 0; i < 2; i++)
    {
        using var word = new StringContent("warm");
        (await self.PostAsync("/words/warm", word, cancellation)).Dispose();
        await self.GetStringAsync("/lookup/warm", cancellation);
        await self.GetStringAsync("/define/warm", cancellation);
    }
}
