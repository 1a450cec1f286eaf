using System.Diagnostics;
using Yadokari.Cli.Lab;
using Yadokari.Daemon.Hosting;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Cli.Demo;

/// <summary>Two lab hosts and a directory for everything; both go when it is disposed, whatever happened.</summary>
public sealed class DemoStage : IDisposable
{
    /// <summary>Processor time after which a program is well into its work.</summary>
    private const double WellStartedSeconds = 0.3;

    private static readonly TimeSpan ProgramLimit = TimeSpan.FromMinutes(2);

    private readonly string _directory;
    private readonly VirtualLab _lab;
    private readonly YadoClient _first;
    private readonly YadoClient _second;

    private DemoStage(string directory, VirtualLab lab)
    {
        _directory = directory;
        _lab = lab;
        // The daemons' unix sockets are files: they can be reached from outside the hosts' network.
        _first = YadoClient.ForSocket(new HomeDirectory(lab.Hosts[0].YadoHome).Socket);
        _second = YadoClient.ForSocket(new HomeDirectory(lab.Hosts[1].YadoHome).Socket);
    }

    public string Inputs => Path.Combine(_directory, "inputs");

    public IReadOnlyList<LabHostStatus> Hosts => _lab.Status();

    public static async Task<DemoStage> SetUpAsync(string yado, CancellationToken cancel)
    {
        string directory = Directory.CreateTempSubdirectory("yado-demo-").FullName;
        try
        {
            return new(directory, await VirtualLab.UpAsync(Path.Combine(directory, "lab"), 2, yado, cancel));
        }
        catch
        {
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>Runs a program here, unmoved, and returns its exit status.</summary>
    public async Task<int> RunUnmovedAsync(DemoProgram program, CancellationToken cancel)
    {
        IReadOnlyList<string> command = program.Command(Inputs);
        ProcessStartInfo start = new(command[0], command.Skip(1)) { WorkingDirectory = PlaceOf(program, moved: false) };
        using Process process = Process.Start(start)!;
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            process.WaitForExit();
            throw;
        }

        return process.ExitCode;
    }

    /// <summary>Starts a program on the first host, lets it get going and moves it to the second while it runs.</summary>
    public async Task<MoveReport> StartAndMoveAsync(DemoProgram program, Action<MoveProgress>? show, CancellationToken cancel)
    {
        JobInfo job = await _first.StartJobAsync(
            new StartJob
            {
                Name = program.Id,
                Arguments = program.Command(Inputs),
                Environment =
                [
                    .. Foreground.OwnEnvironment.Where(e => !e.StartsWith("TMPDIR=", StringComparison.Ordinal)),
                    $"TMPDIR={VirtualLab.TemporaryDirectory}",
                ],
                WorkingDirectory = PlaceOf(program, moved: true),
            },
            cancel);
        Stopwatch clock = Stopwatch.StartNew();
        for (JobInfo now = job; !IsWellStarted(program, now); now = await _first.GetJobAsync(job.Id, cancel))
        {
            if (now.IsOver || clock.Elapsed > ProgramLimit)
            {
                throw new YadoException(YadoError.Failed, now.IsOver ? $"it ended with status {now.ShellStatus} before it could be moved" : "it does not get going");
            }

            await Task.Delay(10, cancel);
        }

        return await _first.MoveAsync(job.Id, "h2", show, cancel);
    }

    /// <summary>Waits for the end on the second host and compares. Null: identical; else what differs.</summary>
    /// <param name="unmoved">Exit status of the unmoved run.</param>
    public async Task<string?> CompareAsync(DemoProgram program, JobInfo job, int unmoved, CancellationToken cancel)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(ProgramLimit);
        JobInfo end;
        try
        {
            end = await _second.WaitHereAsync(job.Id, limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"it did not end within {ProgramLimit.TotalMinutes} minutes";
        }

        if (end.State != JobState.Ended || end.ShellStatus != unmoved)
        {
            return $"it ended {(end.Signal is { } signal ? $"by {SignalName.Of(signal)}" : $"with status {end.ShellStatus}")}, unmoved with {unmoved}";
        }

        return program.Outputs.FirstOrDefault(name => !IsSame(
            Path.Combine(PlaceOf(program, moved: true), name), Path.Combine(PlaceOf(program, moved: false), name))) is { } different
            ? $"{different} differs from that of the unmoved run"
            : null;
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _lab.Down();
        Directory.Delete(_directory, recursive: true);
    }

    private static bool IsSame(string left, string right)
    {
        using FileStream a = File.OpenRead(left);
        using FileStream b = File.OpenRead(right);
        if (a.Length != b.Length || a.Length == 0)
        {
            return false;
        }

        byte[] x = new byte[1 << 16];
        byte[] y = new byte[1 << 16];
        while (true)
        {
            int read = a.ReadAtLeast(x, x.Length, throwOnEndOfStream: false);
            if (read != b.ReadAtLeast(y, y.Length, throwOnEndOfStream: false) || !x.AsSpan(0, read).SequenceEqual(y.AsSpan(0, read)))
            {
                return false;
            }

            if (read == 0)
            {
                return true;
            }
        }
    }

    private bool IsWellStarted(DemoProgram program, JobInfo now) => program.Begun is { } begun
        ? new FileInfo(Path.Combine(PlaceOf(program, moved: true), begun.File)) is { Exists: true } file && file.Length >= begun.Bytes
        : now.CpuSeconds >= WellStartedSeconds;

    private string PlaceOf(DemoProgram program, bool moved) =>
        Directory.CreateDirectory(Path.Combine(_directory, moved ? "moved" : "unmoved", program.Id)).FullName;
}
