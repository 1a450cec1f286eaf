using System.Globalization;
using System.Net;
using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Engine.Resume;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Services;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Daemon.Services;

/// <summary>Starts, finds and ends instances of services on this host.</summary>
public sealed class ServiceLauncher(IJobEngine engine, IProcessTable processes, HomeDirectory home, HostSelf self, ProgramStore programs)
{
    private const int MaxSocketPath = 107; // sun_path of unix(7), without its zero byte
    private const int ShownErrorBytes = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(10);

    /// <summary>Settings of the caller's that would make an instance listen elsewhere, or belong to another host.</summary>
    private static readonly string[] NotPassed = ["ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_URLS", "URLS", "HTTP_PORTS"];

    /// <summary>Where an instance listens for its daemon.</summary>
    public string ControlPath(string job, int epoch) => Path.Combine(home.JobDirectory(job, epoch), "control");

    /// <summary>Made by an instance before it serves for the first time.</summary>
    public string ServedMark(string job, int epoch) => Path.Combine(home.JobDirectory(job, epoch), "served");

    /// <summary>The address that a service gets on this host, with the same ports where possible.</summary>
    /// <param name="others">Where the service is now: on the same address it must not have the same ports.</param>
    /// <param name="lingering">The place that a former instance on this host still answers on; its ports may be taken.</param>
    public ServicePlace Choose(string service, int epoch, int preferred, ServicePlace? others, ServicePlace? lingering)
    {
        IPAddress address = self.Address is { } own && IPEndPoint.TryParse(own, out IPEndPoint? end) ? end.Address : IPAddress.Loopback;
        // The former instance here may keep its ports: both know who serves, and the kernel gives a call to either. The one that
        // serves until the commit, on the same address in a test, may not.
        string wanted = new IPEndPoint(address, preferred).ToString();
        int port = lingering?.Address == wanted && others?.Address != wanted ? preferred : ServicePorts.Choose(address, preferred);
        return new ServicePlace(service, self.Name, new IPEndPoint(address, port).ToString(), new IPEndPoint(address, port + 1).ToString(), epoch);
    }

    /// <summary>Starts an instance and waits until it answers.</summary>
    /// <param name="heldFor">Where the service is until the commit; null: the instance serves at once.</param>
    /// <exception cref="YadoException">It does not start; what it wrote is in the message.</exception>
    public async Task<LaunchedInstance> LaunchAsync(
        string job, ServiceSpec spec, ServicePlace place, ServicePlace? heldFor, CancellationToken cancellation)
    {
        int epoch = place.Epoch;
        string control = ControlPath(job, epoch);
        if (control.Length > MaxSocketPath)
        {
            throw new YadoException(YadoError.Failed, $"the path {control} is too long for a unix socket: set YADO_HOME to a shorter one");
        }
        home.CreateJobDirectory(job, epoch);
        File.Delete(control);
        HeldFacts held = Start(job, spec, place, heldFor);
        try
        {
            long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
            while (Environment.TickCount64 < end)
            {
                if (await InstanceControl.TryConnectAsync(control, cancellation).ConfigureAwait(false) is { } connected)
                {
                    return new LaunchedInstance(held, connected);
                }
                if (!processes.IsAlive(held.Main))
                {
                    throw new YadoException(YadoError.Failed, $"service '{place.Service}' ended at its start on host {self.Name}: {LastWords(job, epoch)}");
                }
                await Task.Delay(Look, cancellation).ConfigureAwait(false);
            }
            throw new YadoException(
                YadoError.Failed, $"service '{place.Service}' does not answer its daemon on host {self.Name}: does it call AddYadokari (C: is it linked with mrpc)? Its log: {home.Output(job, epoch)}");
        }
        catch
        {
            End(held);
            throw;
        }
    }

    /// <summary>Ends an instance at once.</summary>
    public void End(HeldFacts held)
    {
        processes.Signal(held.Main, SIGKILL);
        _ = ReapAsync(held);
    }

    /// <summary>Asks an instance that does not serve to end, wherever it came from. Does nothing when there is none.</summary>
    public async Task LeaveAsync(string job, int epoch, CancellationToken cancellation)
    {
        try
        {
            using InstanceControl? control = await InstanceControl.TryConnectAsync(ControlPath(job, epoch), cancellation).ConfigureAwait(false);
            if (control is not null)
            {
                await control.DoAsync(ControlVerb.Leave, cancellation).WaitAsync(LeavePatience, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is YadoException or TimeoutException)
        {
            // It has just ended, or serves: then it must not.
        }
    }

    /// <summary>Asks an instance of this host that does not serve any more to end, and waits until it has: while it ends it takes the
    /// processor from others.</summary>
    public async Task LeaveAsync(JobRecord former, CancellationToken cancellation)
    {
        await LeaveAsync(former.Id, former.Epoch, cancellation).ConfigureAwait(false);
        // One that takes longer is left to itself.
        Task gone = processes.WaitGoneAsync(former.Main, cancellation);
        await Task.WhenAny(gone, Task.Delay(LeavePatience, cancellation)).ConfigureAwait(false);
    }

    private HeldFacts Start(string job, ServiceSpec spec, ServicePlace place, ServicePlace? heldFor)
    {
        string folder = programs.PathOf(spec.ProgramHash);
        string executable = Path.Combine(folder, spec.Executable);
        List<string> environment = EnvironmentOf(job, spec, place, heldFor);
        bool isDll = spec.Executable.EndsWith(".dll", StringComparison.Ordinal);
        string program = isDll ? ProgramPath.Find("dotnet", environment, folder) : ProgramPath.Find(executable, environment, folder);
        using LogHandles logs = LogHandles.Open(home, job, place.Epoch);
        JobShell shell = EngineCall.Run(() => engine.Start(new JobStart
        {
            Program = program,
            Arguments = isDll ? [program, executable, .. spec.Arguments] : [executable, .. spec.Arguments],
            Environment = environment,
            WorkingDirectory = folder,
            Settings = SettingsOfCaller.Read(spec.Settings),
            StandardInput = logs.Input,
            StandardOutput = logs.Output,
            StandardError = logs.Errors,
            ExitStatusFile = logs.Exit,
        }));
        return new HeldFacts(
            processes.Identify(shell.ShellPid) ?? new ProcessIdentity(shell.ShellPid, 0, self.BootId),
            processes.Identify(shell.Pid) ?? new ProcessIdentity(shell.Pid, 0, self.BootId));
    }

    private List<string> EnvironmentOf(string job, ServiceSpec spec, ServicePlace place, ServicePlace? heldFor)
    {
        List<string> environment =
        [
            .. spec.Environment.Where(e => !NotPassed.Contains(e.Split('=', 2)[0]) && !e.StartsWith("YADO_", StringComparison.Ordinal)),
            $"YADO_HOME={home.Path}",
            $"{ServiceVariables.Service}={place.Service}",
            $"{ServiceVariables.Control}={ControlPath(job, place.Epoch)}",
            $"{ServiceVariables.Served}={ServedMark(job, place.Epoch)}",
            $"{ServiceVariables.Listen}={place.Address}",
            $"{ServiceVariables.ListenHttp2}={place.Http2Address}",
            $"{ServiceVariables.Epoch}={place.Epoch.ToString(CultureInfo.InvariantCulture)}",
        ];
        if (heldFor is not null)
        {
            environment.Add($"{ServiceVariables.HeldFor}={heldFor.Address}");
            environment.Add($"{ServiceVariables.HeldForHttp2}={heldFor.Http2Address}");
        }
        return environment;
    }

    /// <summary>The last line that a program wrote before it ended.</summary>
    private string LastWords(string job, int epoch)
    {
        foreach (string path in (string[])[home.Errors(job, epoch), home.Output(job, epoch)])
        {
            string text = File.Exists(path) ? File.ReadAllText(path) : "";
            text = text[Math.Max(0, text.Length - ShownErrorBytes)..];
            if (text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } lines)
            {
                return lines.FirstOrDefault(l => l.Contains("must install", StringComparison.OrdinalIgnoreCase) || l.Contains("exception", StringComparison.OrdinalIgnoreCase)) ?? lines[^1];
            }
        }
        return "it wrote nothing";
    }

    /// <summary>Nobody else waits for an instance that never became a job.</summary>
    private async Task ReapAsync(HeldFacts held)
    {
        await processes.WaitGoneAsync(held.Shell, CancellationToken.None).ConfigureAwait(false);
        engine.TryReap(new JobShell(held.Shell.Pid, held.Main.Pid), out _);
    }
}
