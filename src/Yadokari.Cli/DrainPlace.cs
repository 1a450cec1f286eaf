using Yadokari.Daemon.Hosting;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;

namespace Yadokari.Cli;

/// <summary>The daemon of a host that is to be drained or undrained.</summary>
public sealed class DrainPlace : IDisposable
{
    private readonly YadoClient _here;

    private DrainPlace(YadoClient here, YadoClient host)
    {
        _here = here;
        Host = host;
    }

    public YadoClient Host { get; }

    /// <summary>Finds it.</summary>
    /// <param name="name">Null: this host, and no daemon is started for it.</param>
    /// <returns>Null when it is this host and no daemon runs.</returns>
    /// <exception cref="CommandFailure">No such host, or it does not answer.</exception>
    public static async Task<DrainPlace?> FindAsync(string? name, CancellationToken cancel)
    {
        if (name is not null)
        {
            YadoClient local = await LocalDaemon.ConnectAsync(cancel);
            try
            {
                return new(local, await LocalDaemon.FindHostAsync(local, name, cancel) ?? local);
            }
            catch
            {
                local.Dispose();
                throw;
            }
        }

        YadoClient here = YadoClient.ForSocket(HomeDirectory.Default().Socket);
        try
        {
            await here.GetHostAsync(cancel, TimeSpan.FromSeconds(5));
            return new(here, here);
        }
        catch (YadoException failure) when (failure.Unreachable)
        {
            here.Dispose();
            return null;
        }
    }

    public void Dispose()
    {
        Host.Dispose();
        _here.Dispose();
    }
}
