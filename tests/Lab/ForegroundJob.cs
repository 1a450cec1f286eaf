using System.Diagnostics;
using System.Text;
using Shouldly;

namespace Yadokari.LabTests;

/// <summary>A <c>yado run</c> in the foreground whose streams are pipes to the test.</summary>
internal sealed class ForegroundJob : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly LabHosts _hosts;
    private readonly string _host;
    private readonly string _name;
    private readonly Process _process;
    private readonly MemoryStream _output = new();
    private readonly Task _reading;
    private readonly Task<string> _errors;

    public ForegroundJob(LabHosts hosts, string host, string name, params IReadOnlyList<string> program)
        : this(hosts, host, name, ["yado", "run", "--name", name, "--", .. program], wait: true)
    {
    }

    private ForegroundJob(LabHosts hosts, string host, string name, IReadOnlyList<string> command, bool wait)
    {
        (_hosts, _host, _name) = (hosts, host, name);
        ProcessStartInfo start = new(Yado.Program, ["lab", "exec", host, "--", .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["YADO_LAB_DIR"] = hosts.LabDirectory;
        _process = Process.Start(start)!;
        _reading = Task.Run(ReadAsync);
        _errors = _process.StandardError.ReadToEndAsync();
        if (wait)
        {
            Until.Holds(() => IsListed() || _process.HasExited, () => $"{name} does not run");
        }
    }

    /// <summary>What it has written so far.</summary>
    public string Output => Encoding.UTF8.GetString(OutputBytes);

    public byte[] OutputBytes
    {
        get
        {
            lock (_output)
            {
                return _output.ToArray();
            }
        }
    }

    public long Received
    {
        get
        {
            lock (_output)
            {
                return _output.Length;
            }
        }
    }

    /// <summary>A shell command with a <c>yado run</c> in it; returns when the job is listed somewhere.</summary>
    public static ForegroundJob Shell(LabHosts hosts, string host, string name, string command) =>
        new(hosts, host, name, ["sh", "-c", command], wait: true);

    public void Feed(string text) => Feed(Encoding.UTF8.GetBytes(text));

    public void Feed(byte[] bytes)
    {
        _process.StandardInput.BaseStream.Write(bytes);
        _process.StandardInput.BaseStream.Flush();
    }

    public async Task FeedAsync(byte[] bytes)
    {
        await _process.StandardInput.BaseStream.WriteAsync(bytes);
        await _process.StandardInput.BaseStream.FlushAsync();
    }

    public void EndInput() => _process.StandardInput.Close();

    public void MoveTo(string host) => _hosts.YadoOn(_host, "move", _name, host).Succeeds();

    /// <summary>What brought the caller to its host (nsenter) has stopped with it, and waits for a word of its own.</summary>
    public void GoOnAround()
    {
        using Process kill = Process.Start("/bin/kill", ["-CONT", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        kill.ExitCode.ShouldBe(0);
    }

    public Ending End()
    {
        _process.WaitForExit(Patience).ShouldBeTrue($"{_name} does not end; it wrote {Received} bytes");
        _reading.Wait(Patience).ShouldBeTrue();
        return new Ending(_process.ExitCode, Output, _errors.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
    }

    private bool IsListed() => _hosts.YadoOn(_host, "ps", "--all").Output.Contains(_name, StringComparison.Ordinal);

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[1 << 16];
        int count;
        while ((count = await _process.StandardOutput.BaseStream.ReadAsync(buffer)) > 0)
        {
            lock (_output)
            {
                _output.Write(buffer, 0, count);
            }
        }
    }
}
