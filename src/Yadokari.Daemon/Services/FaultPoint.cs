using System.Diagnostics;

namespace Yadokari.Daemon.Services;

/// <summary>
/// For tests only: <c>YADO_FAULT=STEP</c> kills the daemon with SIGKILL when a service's move comes to that step. With
/// <c>STEP:FILE</c> the daemon waits at the step instead, until the file is gone, so that a test can kill or cut something else; with
/// <c>*:DIRECTORY</c> it does so at every step that is the name of a file there.
/// </summary>
internal static class FaultPoint
{
    private static readonly string[]? Wanted = Environment.GetEnvironmentVariable("YADO_FAULT")?.Split(':', 2);

    public static async Task PassAsync(string step)
    {
        switch (Wanted)
        {
            case ["*", var directory]:
                await WaitAsync(Path.Combine(directory, step)).ConfigureAwait(false);
                break;
            case [var at, var file] when at == step:
                await WaitAsync(file).ConfigureAwait(false);
                break;
            case [var at] when at == step:
                using (Process self = Process.GetCurrentProcess())
                {
                    self.Kill();
                }
                await Task.Delay(Timeout.Infinite).ConfigureAwait(false);
                break;
        }
    }

    private static async Task WaitAsync(string file)
    {
        if (!File.Exists(file))
        {
            return;
        }
        // The mark says that the step is reached; the test takes the file away.
        File.WriteAllText(file + ".reached", "");
        while (File.Exists(file))
        {
            await Task.Delay(2).ConfigureAwait(false);
        }
    }
}
