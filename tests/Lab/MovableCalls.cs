namespace Yadokari.LabTests;

/// <summary>A client on h3 that calls without a rest until it is told to stop.</summary>
internal sealed class MovableCalls
{
    private readonly MovablePrograms _hosts;
    private readonly string _output;
    private readonly string _stop;

    public MovableCalls(MovablePrograms hosts, string name, string network, string program = "tally_client", string host = "h1", int milliseconds = 0)
    {
        _hosts = hosts;
        _output = hosts.File_($"{name}.out");
        _stop = hosts.File_($"{name}.stop");
        string call = $"{hosts.File_(program)} {MovablePrograms.Address(host)} {network} {name} {_stop} {milliseconds} </dev/null >{_output} 2>{_output}.errors; echo $? >{_output}.status";
        hosts.On("h3", "sh", "-c", $"({call}) </dev/null >/dev/null 2>&1 &").Succeeds();
    }

    private string Errors => File.Exists(_output + ".errors") ? File.ReadAllText(_output + ".errors") : "";

    /// <summary>Further calls are answered.</summary>
    public void GoesOn()
    {
        long before = Length();
        Until.Holds(() => Length() > before || File.Exists(_output + ".status"), () => $"the client's answers stop; it says {Errors}");
        if (File.Exists(_output + ".status"))
        {
            throw new InvalidOperationException($"the client has ended: {Errors}");
        }
    }

    /// <summary>How many calls were answered, all of them right.</summary>
    public long Stop()
    {
        File.WriteAllText(_stop, "");
        Until.Holds(() => File.Exists(_output + ".status") && File.ReadAllText(_output + ".status").EndsWith('\n'), () => $"the client does not end; it says {Errors}");
        string last = File.ReadLines(_output).LastOrDefault() ?? "";
        return File.ReadAllText(_output + ".status").Trim() == "0" && last.StartsWith("end ", StringComparison.Ordinal)
            ? long.Parse(last[4..])
            : throw new InvalidOperationException($"the client has failed: {last} {Errors}");
    }

    private long Length() => File.Exists(_output) ? new FileInfo(_output).Length : 0;
}
