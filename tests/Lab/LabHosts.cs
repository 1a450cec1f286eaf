using System.Text.Json;

namespace Yadokari.LabTests;

/// <summary>A lab, and a directory for files that all its hosts see. Ends with everything on it when disposed.</summary>
public abstract class LabHosts : IDisposable
{
    private readonly Dictionary<string, string> _environment;

    /// <param name="up">What follows <c>yado lab up</c>.</param>
    protected LabHosts(params IReadOnlyList<string> up)
        : this(new Dictionary<string, string>(), up)
    {
    }

    /// <param name="environment">Of all its daemons, besides.</param>
    /// <param name="up">What follows <c>yado lab up</c>.</param>
    protected LabHosts(IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> up)
    {
        Files = Directory.CreateTempSubdirectory("yado-lab-test-").FullName;
        LabDirectory = Path.Combine(Files, "lab");
        _environment = new(environment) { ["YADO_LAB_DIR"] = LabDirectory };
        Lab(["up", .. up]).Succeeds();
    }

    /// <summary>Seen by every host and by the tests.</summary>
    public string Files { get; }

    public string LabDirectory { get; }

    /// <summary>Runs <c>yado lab …</c>.</summary>
    internal Ending Lab(params IReadOnlyList<string> arguments) => Yado.Run(_environment, ["lab", .. arguments]);

    /// <summary>Runs a command on a host.</summary>
    internal Ending On(string host, params IReadOnlyList<string> command) => Lab(["exec", host, .. command]);

    /// <summary>Runs <c>yado …</c> on a host.</summary>
    internal Ending YadoOn(string host, params IReadOnlyList<string> arguments) => On(host, ["yado", .. arguments]);

    /// <summary>Starts a job in the background that keeps its results in <see cref="Files"/>.</summary>
    internal void Start(string host, string name, params IReadOnlyList<string> program) =>
        YadoOn(host, ["run", "--detach", "--name", name, "--", .. program]).Succeeds();

    /// <summary>What <c>yado ps --all --json</c> on a host says of a job.</summary>
    internal JsonElement Job(string host, string name)
    {
        Ending listed = YadoOn(host, "ps", "--all", "--json").Succeeds();
        return JsonDocument.Parse(listed.Output).RootElement.EnumerateArray().Single(j => j.GetProperty("name").GetString() == name);
    }

    internal string File_(string name) => Path.Combine(Files, name);

    public void Dispose()
    {
        Lab("down").Succeeds();
        Directory.Delete(Files, recursive: true);
    }
}
