// Uses Yadokari.Pms in a process of its own, and says what came of it, a line each: scenarios NAME [ARGUMENT]
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yadokari.Pms;

return args switch
{
    ["everything", var file] => await EverythingAsync(file),
    ["save", var file] => await SaveAsync(file) ? 0 : 1,
    ["register"] => Say("register", () => Pms.Register()),
    ["holds", var file] => await HoldsAsync(file),
    ["hosted", var file] => await HostedAsync(file),
    _ => 2,
};

static async Task<int> EverythingAsync(string file)
{
    Say("register", () => Pms.Register());
    using (Pms.Hold())
    {
        using (Pms.Hold())
        {
            Say("register-held", () => Pms.Register());
        }
        await SaveAsync(file);
    }
    await SaveAsync(file);
    Pms.Moving += () => Console.WriteLine("moving");
    Pms.Moved += () => Console.WriteLine("moved");
    Say("host", () => Pms.Host == Environment.MachineName);
    Say("moves", () => Pms.Moves);
    return 7;
}

static async Task<bool> SaveAsync(string file)
{
    try
    {
        Console.WriteLine($"save {await Pms.CheckpointAsync(file)}");
        return true;
    }
    catch (PmsException failure)
    {
        Console.WriteLine($"save errno {failure.Errno}");
        return false;
    }
}

// Holds that end twice, out of order, in another flow, and side by side.
static async Task<int> HoldsAsync(string file)
{
    IDisposable first = Pms.Hold(), second = Pms.Hold();
    first.Dispose();
    first.Dispose();
    await SaveAsync(file + ".1");
    second.Dispose();
    await SaveAsync(file + ".2");

    IDisposable elsewhere = Pms.Hold();
    await Task.Run(elsewhere.Dispose);
    await SaveAsync(file + ".3");

    await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(async () =>
    {
        using (Pms.Hold())
        {
            await Task.Yield();
            using (Pms.Hold())
            {
                await Task.Yield();
            }
        }
    })));
    await SaveAsync(file + ".4");
    return 0;
}

static async Task<int> HostedAsync(string file)
{
    HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
    builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
    builder.Services.AddPms().AddPms(options => options.Name = "hosted");
    using IHost host = builder.Build();
    await host.StartAsync();
    TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Pms.Moved += told.SetResult;
    if (await SaveAsync(file))
    {
        await told.Task;
    }
    await host.StopAsync();
    Console.WriteLine("stopped");
    return 0;
}

static int Say(string what, Func<object> call)
{
    try
    {
        Console.WriteLine($"{what} {call()}");
    }
    catch (PmsException failure)
    {
        Console.WriteLine($"{what} errno {failure.Errno}");
    }
    return 0;
}
