using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Services;

namespace Yadokari.Daemon.Services;

/// <summary>Starts services on this host.</summary>
public sealed class ServiceRunner(JobTable jobs, HomeDirectory home, HostSelf self, ProgramStore programs, ServiceLauncher launcher, JobWatcher watcher)
{
    private const int FirstEpoch = 1;

    /// <summary>Starts a service; it serves when this returns.</summary>
    /// <exception cref="YadoException">It can't be started.</exception>
    public async Task<JobRecord> StartAsync(StartService start, CancellationToken cancellation)
    {
        if (self.Draining)
        {
            throw new YadoException(YadoError.Refused, $"host {self.Name} takes no jobs: 'yado undrain {self.Name}' changes that");
        }
        using IDisposable name = jobs.TryReserveName(start.Name) ?? throw new YadoException(YadoError.Failed, $"a job named '{start.Name}' runs already: choose another name");
        (string hash, long bytes, string executable) = await Task.Run(() => programs.Import(start.Program), cancellation).ConfigureAwait(false);
        ServicePlace place = launcher.Choose(start.Name, FirstEpoch, start.Port, null, null);
        int port = System.Net.IPEndPoint.Parse(place.Address).Port;
        if (start.Port != 0 && port != start.Port)
        {
            throw new YadoException(YadoError.Failed, $"port {start.Port} or {start.Port + 1} is taken on host {self.Name}: choose another with --port");
        }
        ServiceSpec spec = new()
        {
            ProgramHash = hash,
            Settings = start.Settings,
            ProgramBytes = bytes,
            Executable = executable,
            Arguments = start.Arguments,
            Environment = start.Environment,
            Port = port,
            ForwardSeconds = start.ForwardSeconds,
        };
        string id = $"s{Guid.NewGuid():n}"[..8];
        try
        {
            using LaunchedInstance instance = await launcher.LaunchAsync(id, spec, place, null, cancellation).ConfigureAwait(false);
            JobRecord record = new()
            {
                Id = id,
                Name = start.Name,
                State = JobState.Running,
                Arguments = [start.Program, .. start.Arguments],
                Uid = self.Uid,
                Started = DateTimeOffset.UtcNow,
                Epoch = FirstEpoch,
                Streams = JobStreams.Log,
                Shell = instance.Processes.Shell,
                Main = instance.Processes.Main,
                Service = new ServicePart(spec, place),
            };
            watcher.Watch(jobs.Put(record, null, durable: false, isChild: true));
            return record;
        }
        catch
        {
            if (jobs.TryGet(id) is null)
            {
                home.DeleteJobDirectory(id, FirstEpoch);
            }
            throw;
        }
    }
}
