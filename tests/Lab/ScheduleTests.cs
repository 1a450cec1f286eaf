using System.Text.Json;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Hosts that move jobs by themselves, by a policy that a user chooses.</summary>
public sealed class ScheduleTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    /// <summary>Computes for ever and says how far it is, a line each time.</summary>
    private const string Busy = "$| = 1; my $n = 0; while (1) { $n++; print \"$n\\n\" if $n % 2000000 == 0; }";

    private static readonly string[] Settings = ["every=0.3", "residence=1"];

    /// <summary>By the host's own door, as a collector on it does.</summary>
    internal const string Metrics =
        """
        import os, socket
        s = socket.socket(socket.AF_UNIX); s.settimeout(60); s.connect(os.environ["YADO_HOME"] + "/daemon.sock")
        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: yado\r\nConnection: close\r\n\r\n")
        print(b"".join(iter(lambda: s.recv(65536), b"")).decode().replace("\r\n", "\n"))
        """;

    [Fact]
    public void Jobs_of_a_crowded_host_are_spread_over_both_and_run_on()
    {
        using Jobs jobs = new(hosts, "spread", 4);

        hosts.YadoOn("h2", ["policy", "shortest", .. Settings]).Succeeds().Output.ShouldStartWith("the policy is shortest");

        // How many go depends on what else the machine does; that some go and some stay does not.
        Until.Holds(() => jobs.On("h2") >= 1 && jobs.On("h1") >= 1, () => $"the jobs are not spread: {hosts.YadoOn("h1", "ps").Output}");
        jobs.AllRunOn();
        JsonElement policy = Policy("h1");
        policy.GetProperty("choice").GetProperty("name").GetString().ShouldBe("shortest");
        string scheduler = policy.GetProperty("scheduler").GetString()!;
        scheduler.ShouldBeOneOf("h1", "h2");
        string log = Policy(scheduler).GetProperty("log").GetString()!;
        hosts.YadoOn(scheduler, "policy", "none").Succeeds();
        // The log of the rounds says the same today as then, and another policy can be asked what it would have done.
        hosts.YadoOn(scheduler, "policy", "replay", log).Succeeds().Output.ShouldContain(" rounds, 0 decided otherwise");
        hosts.YadoOn(scheduler, "policy", "replay", log, "--policy", "none").Succeeds().Output.ShouldContain(", 0 now");
    }

    [Fact]
    public void Jobs_leave_when_the_owner_comes_back()
    {
        using Jobs jobs = new(hosts, "owner", 1);
        hosts.YadoOn("h1", "owner", "present").Succeeds();

        hosts.YadoOn("h1", ["policy", "idle", .. Settings]).Succeeds();

        Until.Holds(() => jobs.On("h2") == 1, () => $"the job stays: {hosts.YadoOn("h1", "policy").Output}");
        jobs.AllRunOn();
        hosts.YadoOn("h1", "hosts").Succeeds().Output.ShouldContain("present");
        hosts.YadoOn("h1", "owner", "auto").Succeeds();
        hosts.YadoOn("h1", "policy", "none").Succeeds();
    }

    [Fact]
    public void A_program_in_Python_decides_and_one_that_lies_moves_nothing()
    {
        using Jobs jobs = new(hosts, "program", 2);
        string sample = Path.Combine(Repository(), "samples", "policies", "round_robin.py");

        hosts.YadoOn("h1", ["policy", sample, .. Settings]).Succeeds();

        Until.Holds(() => jobs.On("h2") >= 1, () => $"nothing is dealt out: {hosts.YadoOn("h1", "policy").Output}");
        string liar = hosts.File_("liar.sh");
        hosts.On("h1", "sh", "-c", $"printf '#!/bin/sh\\nread -r view\\necho all is well\\n' >{liar}; chmod 700 {liar}").Succeeds();
        hosts.YadoOn("h1", ["policy", liar, .. Settings]).Succeeds();
        Until.Holds(() => Troubles().Any(t => t.Contains("is no plan", StringComparison.Ordinal)), () => "the lie is not told");
        hosts.YadoOn("h1", "policy", "none").Succeeds();
        jobs.AllRunOn();
    }

    [Fact]
    public void A_choice_that_is_none_is_refused_with_what_there_is()
    {
        hosts.YadoOn("h1", "policy", "best").Refuses(2, "there are: none random threshold");
        hosts.YadoOn("h1", "policy", "age", "factor=much").Refuses(2, "factor must be a number");
        hosts.YadoOn("h1", "policy", "/no/such/program").Refuses(4, "no file /no/such/program");
        hosts.YadoOn("h1", "policy", "replay", "/no/such/log").Refuses(4, "no file /no/such/log");
        hosts.YadoOn("h1", "policy", "replay", "/etc/hostname").Refuses(1, "is no logged round");
    }

    [Fact]
    public void Load_is_shown_and_drawn_and_told_to_Prometheus()
    {
        using Jobs jobs = new(hosts, "shown", 1);
        Until.Holds(() => HistoryOf("h1").Any(s => s.GetProperty("runQueue").GetDouble() >= 1), () => "the busy job is not seen");

        string top = hosts.YadoOn("h2", "top", "--once").Succeeds().Output;
        string drawing = hosts.File_("load.svg");
        hosts.YadoOn("h2", "hosts", "--history", drawing).Succeeds();
        string metrics = hosts.On("h1", "python3", "-c", Metrics).Succeeds().Output;

        top.ShouldContain("2 hosts");
        top.ShouldContain("shown-1");
        File.ReadAllText(drawing).ShouldContain("<polygon");
        metrics.ShouldContain("# TYPE yadokari_jobs gauge\n");
        metrics.ShouldContain("yadokari_jobs{state=\"running\"} 1\n");
    }

    private IEnumerable<string> Troubles() =>
        from host in (string[])["h1", "h2"]
        let policy = Policy(host)
        where policy.TryGetProperty("trouble", out _)
        select policy.GetProperty("trouble").GetString();

    private JsonElement Policy(string host) => JsonDocument.Parse(hosts.YadoOn(host, "policy", "--json").Succeeds().Output).RootElement;

    private IEnumerable<JsonElement> HistoryOf(string host) =>
        JsonDocument.Parse(hosts.YadoOn("h2", "top", "--json").Succeeds().Output).RootElement.GetProperty("histories").EnumerateArray()
            .Where(h => h.GetProperty("host").GetString() == host).SelectMany(h => h.GetProperty("samples").EnumerateArray());

    private static string Repository()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Yadokari.slnx")))
        {
            at = at.Parent;
        }

        return at!.FullName;
    }

    /// <summary>Busy jobs that begin on h1 and end with the test.</summary>
    private sealed class Jobs : IDisposable
    {
        private readonly TwoHosts _hosts;
        private readonly string[] _names;

        public Jobs(TwoHosts hosts, string name, int count)
        {
            _hosts = hosts;
            _names = [.. Enumerable.Range(1, count).Select(n => $"{name}-{n}")];
            hosts.YadoOn("h1", "policy", "none").Succeeds();
            foreach (string job in _names)
            {
                hosts.Start("h1", job, "perl", "-e", Busy);
            }
        }

        /// <summary>How many run on a host.</summary>
        public int On(string host) => List().Count(j => j.GetProperty("host").GetString() == host && j.GetProperty("state").GetString() == "running");

        /// <summary>Each is there once and goes on computing, with nothing lost or twice in what it has said.</summary>
        public void AllRunOn()
        {
            Until.Holds(() => List().Count(j => j.GetProperty("state").GetString() == "running") == _names.Length, () => "a job is lost");
            foreach (string name in _names)
            {
                int before = Said(name).Length;
                Until.Holds(() => Said(name).Length > before, () => $"{name} stands still");
                string[] lines = Said(name);
                lines.ShouldBe([.. Enumerable.Range(1, lines.Length).Select(n => $"{2_000_000L * n}")]);
            }
        }

        public void Dispose()
        {
            _hosts.YadoOn("h1", "policy", "none").Succeeds();
            foreach (string name in _names)
            {
                _hosts.YadoOn("h1", "kill", name).Succeeds();
            }
        }

        private IEnumerable<JsonElement> List() =>
            JsonDocument.Parse(_hosts.YadoOn("h1", "ps", "--json").Succeeds().Output).RootElement.EnumerateArray()
                .Where(j => _names.Contains(j.GetProperty("name").GetString()));

        private string[] Said(string name)
        {
            string said = _hosts.YadoOn("h1", "logs", name).Succeeds().Output;
            return said[..(said.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }
}
