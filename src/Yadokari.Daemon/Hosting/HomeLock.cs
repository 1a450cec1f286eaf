using System.Text;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Hosting;

/// <summary>One daemon per home: a lock that the kernel drops when its holder dies, however it dies.</summary>
public sealed class HomeLock : IDisposable
{
    private readonly FileStream _file;

    private HomeLock(FileStream file) => _file = file;

    /// <exception cref="YadoException">Another daemon has it.</exception>
    public static HomeLock Take(HomeDirectory home)
    {
        FileStream file;
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB).
            file = new FileStream(home.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure)
        {
            throw new YadoException(YadoError.Failed, $"a daemon for {home.Path} runs already: 'yado host stop' ends it, and its jobs run on; or set YADO_HOME to another directory", failure);
        }
        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"));
        file.Flush();
        return new HomeLock(file);
    }

    public void Dispose() => _file.Dispose();
}
