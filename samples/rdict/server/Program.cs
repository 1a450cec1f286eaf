using Rdict;
using Yadokari.Rpc.Server;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddYadokari();
builder.Services.AddCarried<Words>();
WebApplication app = builder.Build();
app.UseYadokari();

app.MapGet("/lookup/{word}", (string word, Words words) => words.Lookup(word));
app.MapGet("/define/{word}", (string word, Words words) => words.Define(word) is { } meaning ? Results.Text(meaning) : Results.NotFound());
app.MapPost("/words/{word}", async (string word, HttpRequest request, Words words) =>
{
    using var body = new StreamReader(request.Body);
    words.Add(word, await body.ReadToEndAsync());
});
app.MapGet("/stats", (Words words) => new { words = words.Meanings.Count, calls = words.Calls, process = Environment.ProcessId });

// Only where the server starts for the first time: to where it moves the dictionary comes along, and no file is needed.
string file = builder.Configuration["dictionary"] ?? "/usr/share/dict/words";
if (File.Exists(file))
{
    DictionaryFile.Load(file, app.Services.GetRequiredService<Words>());
}

app.Run();
