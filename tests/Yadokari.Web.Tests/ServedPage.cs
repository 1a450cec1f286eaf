namespace Yadokari.Web.Tests;

/// <summary>A server of the page, in this process.</summary>
internal sealed class ServedPage : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;

    private ServedPage(Task<bool> running, string address, CancellationTokenSource stop)
    {
        Running = running;
        Address = new Uri(address);
        _stop = stop;
    }

    /// <summary>True at its end: it was left.</summary>
    public Task<bool> Running { get; }

    /// <summary>With the token.</summary>
    public Uri Address { get; }

    /// <summary>Without the token.</summary>
    public string Root => $"{Address.Scheme}://{Address.Authority}";

    /// <param name="how">What is different from a page on 127.0.0.1.</param>
    public static async Task<ServedPage> StartAsync(string socket, TimeSpan? leaveAfter = null, Func<WebOptions, WebOptions>? how = null)
    {
        CancellationTokenSource stop = new();
        TaskCompletionSource<string> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        WebOptions options = new(socket, 0, leaveAfter ?? TimeSpan.FromMinutes(5)) { OnReady = ready.SetResult };
        Task<bool> running = WebServer.RunAsync(how?.Invoke(options) ?? options, stop.Token);
        await Task.WhenAny(running, ready.Task);
        return new ServedPage(running, await ready.Task, stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Running;
        _stop.Dispose();
    }
}
