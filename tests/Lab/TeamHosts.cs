using System.Diagnostics;

namespace Yadokari.LabTests;

/// <summary>A lab of two hosts, and what serves the page of the first one to browsers of the second.</summary>
public sealed class TeamHosts : LabHosts, IDisposable
{
    private readonly List<Process> _served = [];

    public TeamHosts()
        : base("2")
    {
        Authority = File_("ca.crt");
        File.WriteAllText(Authority, On("h1", "sh", "-c", "cat \"$YADO_HOME/tls/ca.crt\"").Succeeds().Output);
        // Certificate and key, as the daemon has them: a proxy's own would be of another authority.
        Identity = File_("host.pem");
        On("h1", "sh", "-c", "umask 077; cp \"$YADO_HOME/tls/host.pem\" \"$1\"", "sh", Identity).Succeeds();
    }

    /// <summary>File of the cluster's certificate.</summary>
    public string Authority { get; }

    /// <summary>File of h1's certificate and key.</summary>
    public string Identity { get; }

    /// <summary>A browser on h2 that believes the cluster.</summary>
    internal Browser BrowserOnH2() => Browser.Believing(Authority, new Dictionary<string, string> { ["YADO_LAB_DIR"] = LabDirectory }, Yado.Program, "lab", "exec", "h2");

    /// <summary>Starts <c>yado web</c> on h1.</summary>
    /// <returns>The address that it prints.</returns>
    internal string Serve(params IReadOnlyList<string> words) => StartOnH1(["yado", "web", "--no-open", .. words]).StandardOutput.ReadLine()!;

    /// <summary>Starts a program on h1 that ends with this.</summary>
    internal Process StartOnH1(params IReadOnlyList<string> command)
    {
        ProcessStartInfo start = new(Yado.Program, ["lab", "exec", "h1", .. command]) { RedirectStandardOutput = true };
        start.Environment["YADO_LAB_DIR"] = LabDirectory;
        Process started = Process.Start(start)!;
        _served.Add(started);
        return started;
    }

    /// <summary>The status of what curl on h2 is answered; 000: nothing.</summary>
    internal string Curl(params IReadOnlyList<string> words) => On("h2", ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", .. words]).Output;

    public new void Dispose()
    {
        foreach (Process process in _served)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        base.Dispose();
    }
}
