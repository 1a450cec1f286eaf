using System.Runtime.CompilerServices;
using CountingServer;
using Yadokari.Rpc.Server;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddCarried<Counts>();
builder.Services.AddCarried<Fit>();
builder.Services.AddSignalR();
builder.Services.AddYadokari(options =>
{
    options.MaxStateBytes = long.Parse(Environment.GetEnvironmentVariable("MAX_STATE_BYTES") ?? "268435456");
    options.MovedLinger = TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("MOVED_LINGER_SECONDS") ?? "30"));
    options.HoldWhileCallsLast = Environment.GetEnvironmentVariable("HOLD_WHILE_CALLS_LAST") is "1";
    options.StreamingBound = TimeSpan.FromMilliseconds(500);
    options.WarmUp = async (client, cancellation) =>
    {
        for (int i = 0; i < 60; i++)
        {
            using StringContent body = new($"warm-{i}");
            using HttpResponseMessage answer = await client.PostAsync("/add", body, cancellation);
        }
    };
});

WebApplication app = builder.Build();
app.UseWebSockets();
app.UseYadokari();

app.MapPost("/add", async (HttpContext context, Counts counts) =>
{
    using StreamReader body = new(context.Request.Body);
    string key = await body.ReadToEndAsync(context.RequestAborted);
    int count = counts.Add(key);
    return $"{count}";
});
app.MapPost("/slow", async (int milliseconds, string key, Counts counts) =>
{
    await Task.Delay(milliseconds);
    return $"{counts.Add(key)}";
});
// Lasts until there is a file.
app.MapPost("/until", async (string file, string key, Counts counts) =>
{
    while (!File.Exists(file))
    {
        await Task.Delay(20);
    }
    return $"{counts.Add(key)}";
});
app.MapPost("/fail", (string key, Counts counts) =>
{
    counts.Add(key);
    throw new InvalidOperationException("a call that fails after it has changed something");
});
app.MapPost("/counter.Counter/Add", (HttpContext context, Counts counts) => GrpcAdd.HandleAsync(context, counts));
app.MapGet("/successor", () => $"{app.Services.IsSuccessor()}");
app.MapGet("/report", (Counts counts) => $"{counts.Keys} {counts.Twice} {counts.Runs} {counts.IsSound()}");
app.MapPost("/fill", async (HttpContext context, Counts counts) =>
{
    foreach (string key in await Lines(context))
    {
        counts.Fill(key);
    }
});
app.MapPost("/missing", async (HttpContext context, Counts counts) => (await Lines(context)).Count(key => !counts.Has(key)).ToString());
app.MapGet("/has", (string key, Counts counts) => counts.Has(key));
app.MapHub<CountingHub>("/hub");
app.MapGet("/stream", (HttpContext context) => Stream(context)).WithMetadata(new StreamingCallAttribute());
app.Run();
// A program that takes its time to end.
Thread.Sleep(int.Parse(Environment.GetEnvironmentVariable("END_MILLISECONDS") ?? "0"));

static async Task<string[]> Lines(HttpContext context)
{
    using StreamReader body = new(context.Request.Body);
    return (await body.ReadToEndAsync(context.RequestAborted)).Split('\n');
}

// Ends by itself when the server is about to move.
static async Task Stream(HttpContext context)
{
    CancellationToken moving = context.Features.Get<IMoveNotice>()?.Moving ?? CancellationToken.None;
    context.Response.ContentType = "text/event-stream";
    await foreach (int tick in Ticks(moving, context.RequestAborted))
    {
        await context.Response.WriteAsync($"data: {tick}\n\n");
        await context.Response.Body.FlushAsync();
    }
    await context.Response.WriteAsync("data: moving\n\n");
}

static async IAsyncEnumerable<int> Ticks(CancellationToken moving, [EnumeratorCancellation] CancellationToken aborted)
{
    for (int tick = 1; !moving.IsCancellationRequested && !aborted.IsCancellationRequested; tick++)
    {
        yield return tick;
        await Task.Delay(20, aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
