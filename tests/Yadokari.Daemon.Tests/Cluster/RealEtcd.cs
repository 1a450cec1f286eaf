using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Yadokari.Daemon.Cluster;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Tests.Cluster;

/// <summary>A real etcd on free ports of 127.0.0.1 with data of its own; ended by its pid.</summary>
public sealed class RealEtcd : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("yado-etcd-");
    private readonly int _peerPort = FreePort();
    private Process? _process;

    public RealEtcd()
    {
        Address = new IPEndPoint(IPAddress.Loopback, FreePort());
        Start();
    }

    public IPEndPoint Address { get; }

    public EtcdStore Open() => new([Address]);

    /// <summary>Starts it, also again with the data it had, and waits until it answers.</summary>
    public void Start()
    {
        ProcessStartInfo start = new("etcd",
        [
            "--name", "test", "--data-dir", _data.FullName, "--log-level", "panic",
            "--listen-client-urls", $"http://{Address}", "--advertise-client-urls", $"http://{Address}",
            "--listen-peer-urls", $"http://127.0.0.1:{_peerPort}", "--initial-advertise-peer-urls", $"http://127.0.0.1:{_peerPort}",
            "--initial-cluster", $"test=http://127.0.0.1:{_peerPort}",
        ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        using EtcdStore store = Open();
        long begin = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                store.GetAsync("ready", CancellationToken.None).GetAwaiter().GetResult();
                return;
            }
            catch (YadoException) when (Stopwatch.GetElapsedTime(begin) < Patience && !_process.HasExited)
            {
                Thread.Sleep(20);
            }
        }
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            Kill();
        }
        _data.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
