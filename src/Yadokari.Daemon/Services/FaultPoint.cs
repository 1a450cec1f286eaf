using System.Diagnostics;

namespace Yadokari.Daemon.Services;

/// <summary>
/// For tests only: <c>YADO_FAULT=STEP[:FILE]</c> kills the daemon with SIGKILL when a service's move comes to that step. With a
/// file the daemon waits at the step instead, until the file is gone, so that a test can kill or cut something else.
/// </summary>
internal static class FaultPoint
{
    private static readonly string[]? Wanted = Environment.GetEnvironmentVariable("YADO_FAULT")?.Split(':', 2);

    public static async Task PassAsync(string step)
    {
        if (Wanted is null || Wanted[0] != step)
        {
            return;
        }
        if (Wanted is [_, var file])
        {
            // The mark says that the step is reached; the test takes the file away.
            File.WriteAllText(file + ".reached", "");
            while (File.Exists(file))
            {
                await Task.Delay(2).ConfigureAwait(false);
            }
            return;
        }
        using Process self = Process.GetCurrentProcess();
        self.Kill();
        await Task.Delay(Timeout.Infinite).ConfigureAwait(false);
    }
}
