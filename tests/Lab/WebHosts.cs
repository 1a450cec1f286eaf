using System.Diagnostics;
using System.Text.Json;

namespace Yadokari.LabTests;

/// <summary>A lab of three hosts, <c>yado web</c> on h1, and a browser there that shows the page.</summary>
public sealed class WebHosts : LabHosts, IDisposable
{
    private readonly Process _web;
    private Browser? _browser;
    private bool _isEntered;

    public WebHosts()
        : base("3")
    {
        ProcessStartInfo start = new(Yado.Program, ["lab", "exec", "h1", "yado", "web", "--no-open", "--leave-after", "10m"]) { RedirectStandardOutput = true };
        start.Environment["YADO_LAB_DIR"] = LabDirectory;
        _web = Process.Start(start)!;
        Address = _web.StandardOutput.ReadLine()!;
    }

    /// <summary>With the token.</summary>
    public string Address { get; }

    internal Browser Browser => _browser ??= new Browser(new Dictionary<string, string> { ["YADO_LAB_DIR"] = LabDirectory }, Yado.Program, "lab", "exec", "h1");

    /// <summary>Opens the page, with the three hosts on it; the first time by the token.</summary>
    internal Browser Fresh()
    {
        Browser.Open(_isEntered ? Address.Split('?')[0] : Address);
        Browser.Until("document.querySelectorAll('.host').length === 3");
        _isEntered = true;
        return Browser;
    }

    /// <summary>Starts a job that counts into a file, and waits until the page shows it.</summary>
    internal void StartCounting(string host, string name)
    {
        Start(host, name, "sh", "-c", $"i=0; while :; do i=$((i+1)); echo $i >>{File_(name)}; sleep 0.05; done");
        Browser.Until($"{Row(name)}");
    }

    /// <summary>An expression: the row of a job.</summary>
    internal static string Row(string name) => $"[...document.querySelectorAll('#rows tr')].find(r => r.cells[0].textContent === {JsonSerializer.Serialize(name)})";

    internal static string HostRow(string name) => $"document.querySelector('.host[data-host={name}]')";

    internal void Choose(string name) => Browser.Click(Row(name));

    /// <summary>Every number once, in order: it was one process all the time.</summary>
    internal bool CountedOn(string name)
    {
        string[] lines = File.ReadAllLines(File_(name));
        return lines.Select((line, index) => line == $"{index + 1}").All(right => right);
    }

    public new void Dispose()
    {
        _browser?.Dispose();
        _web.Kill();
        _web.WaitForExit();
        _web.Dispose();
        base.Dispose();
    }
}
