using System.Text.Json;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Who gets what from a daemon: hosts of its cluster, hosts without a certificate, users of its machine.</summary>
public sealed class SecurityTests(SecuredHosts hosts) : IClassFixture<SecuredHosts>
{
    private const string PlainRequest =
        "import socket, sys; s = socket.create_connection((sys.argv[1], 1991), 20); s.settimeout(60)\n"
        + "try:\n  s.sendall(b'GET /v1/host HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')\n  print(len(s.recv(100)))\n"
        + "except ConnectionError: print(0)\n";

    private const string LocalRequest =
        "import socket, sys; s = socket.socket(socket.AF_UNIX); s.settimeout(60); s.connect(sys.argv[1])\n"
        + "try:\n  s.sendall(b'GET /v1/jobs HTTP/1.1\\r\\nHost: yado\\r\\nConnection: close\\r\\n\\r\\n')\n  print(s.recv(12).decode())\n"
        + "except ConnectionError: print()\n";

    /// <summary>As a page sends it: a job in a body that needs no question before.</summary>
    private const string PageRequest =
        """
        import json, os, socket, sys
        body = json.dumps({"name": "frompage", "arguments": ["sleep", "1000"], "environment": [], "workingDirectory": "/"})
        for headers in ("Host: evil.example\r\nContent-Type: application/json", "Host: yado\r\nContent-Type: text/plain",
                        "Host: yado\r\nOrigin: http://evil.example\r\nContent-Type: application/json"):
            s = socket.socket(socket.AF_UNIX); s.settimeout(60); s.connect(os.environ["YADO_HOME"] + "/daemon.sock")
            s.sendall(f"POST /v1/jobs HTTP/1.1\r\n{headers}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())
            print(s.recv(12).decode())
        """;

    private const string OfferOfAnotherHost =
        """
        import http.client, json, os, ssl
        context = ssl._create_unverified_context()
        context.load_cert_chain(os.environ["YADO_HOME"] + "/tls/host.pem")
        offer = {"moveId": "a" * 32, "protocolVersion": 1, "jobId": "job1", "jobName": "work", "arguments": ["work"], "uid": os.getuid(),
                 "started": "2026-01-01T00:00:00+00:00", "epoch": 2, "estimatedBytes": 1000, "sourceName": "h3",
                 "sourceAddress": "10.199.0.3:1991", "sourceInstance": "instance"}
        place = {"service": "work", "host": "h3", "address": "10.199.0.3:5000", "http2Address": "10.199.0.3:5001", "epoch": 1}
        spec = {"programHash": "a" * 64, "programBytes": 1, "executable": "work", "arguments": [], "environment": [], "port": 0, "forwardSeconds": 0}
        for route, body in (("/v1/moves", offer), ("/v1/service-moves", dict(offer, service={"spec": spec, "place": place}))):
            connection = http.client.HTTPSConnection("10.199.0.1", 1991, context=context, timeout=60)
            connection.request("POST", route, json.dumps(body), {"Content-Type": "application/json"})
            print(json.loads(connection.getresponse().read())["error"])
        """;

    [Fact]
    public void A_host_speaks_only_for_itself()
    {
        hosts.On("h2", "/usr/bin/python3", "-c", OfferOfAnotherHost).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(["host 'h2' may not act for host 'h3'", "host 'h2' may not act for host 'h3'"]);
    }

    [Fact]
    public void A_job_moves_between_hosts_with_certificates()
    {
        string beat = hosts.File_("moved.beat");
        hosts.Start("h1", "moved", "perl", "-e", "while (1) { open my $f, '>', $ARGV[0]; print $f ++$n; close $f; select undef, undef, undef, 0.005; }", beat);
        Until.Holds(() => File.Exists(beat), () => "the job does not run");

        hosts.YadoOn("h1", "move", "moved", "h2").Succeeds();

        hosts.Job("h1", "moved").GetProperty("host").GetString().ShouldBe("h2");
        string before = File.ReadAllText(beat);
        Until.Holds(() => File.ReadAllText(beat) is { Length: > 0 } now && now != before, () => "the job stands still");
        hosts.YadoOn("h1", "kill", "moved").Succeeds();
    }

    [Fact]
    public void A_page_in_a_browser_starts_nothing()
    {
        hosts.On("h2", "/usr/bin/python3", "-c", PageRequest).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ShouldAllBe(line => line == "HTTP/1.1 403");

        hosts.YadoOn("h2", "ps", "--all", "--json").Succeeds().Output.ShouldNotContain("frompage");
    }

    [Fact]
    public void A_caller_without_a_certificate_gets_nothing()
    {
        hosts.On("h2", "/usr/bin/python3", "-c", PlainRequest, "10.199.0.1").Succeeds().Output.Trim().ShouldBe("0");
    }

    [Fact]
    public void A_daemon_without_a_certificate_has_no_door_but_its_socket()
    {
        string home = hosts.File_("stranger");
        string As(string command) => $"YADO_HOME={home} {command}";
        hosts.On("h2", "sh", "-c", As($"yado host --name stranger </dev/null >{home}.log 2>&1 &")).Succeeds();
        Until.Holds(() => hosts.On("h2", "sh", "-c", As("yado hosts")).Output.Contains("stranger ", StringComparison.Ordinal), () => "the daemon does not come up");
        hosts.On("h2", "sh", "-c", As("yado run --detach --name lonely -- sleep 1000")).Succeeds();

        // In the kernel's table of the host: its other daemon has the only listening end.
        hosts.On("h2", "sh", "-c", "awk '$4 == \"0A\"' /proc/net/tcp /proc/net/tcp6 | wc -l").Succeeds().Output.Trim().ShouldBe("1");
        hosts.On("h2", "sh", "-c", As("yado move lonely 10.199.0.1:1991")).Refuses(2, "has no certificate", "yado cluster");

        hosts.On("h2", "sh", "-c", As("yado ps --json")).Succeeds().Output.ShouldContain("\"state\": \"running\"");
        hosts.On("h2", "sh", "-c", As($"yado kill lonely; kill $(cat {home}/daemon.lock)")).Succeeds();
    }

    [Theory]
    [InlineData("--listen 127.0.0.1:2991")]
    [InlineData("--listen 10.199.0.2:2991")]
    [InlineData("--listen 0.0.0.0:0")]
    [InlineData("--peer 127.0.0.1:1991")]
    public void A_daemon_without_a_certificate_that_is_told_of_others_does_not_start(string option)
    {
        hosts.On("h2", "sh", "-c", $"YADO_HOME={hosts.File_("bare")} yado host {option}").Refuses(2, "has no certificate", "yado cluster");
    }

    [Fact]
    public void A_host_of_another_cluster_is_told_so_and_its_jobs_run_on()
    {
        string home = hosts.File_("alien");
        string As(string command) => $"YADO_HOME={home} {command}";
        hosts.On("h2", "sh", "-c", As("yado cluster init --name alien --address 10.199.0.2")).Succeeds();
        hosts.On("h2", "sh", "-c", As($"yado host --listen 10.199.0.2:2993 </dev/null >{home}.log 2>&1 &")).Succeeds();
        Until.Holds(() => hosts.On("h2", "sh", "-c", As("yado hosts")).Output.Contains("alien ", StringComparison.Ordinal), () => "the daemon does not come up");
        hosts.On("h2", "sh", "-c", As("yado run --detach --name stranger -- sleep 1000")).Succeeds();

        hosts.On("h2", "sh", "-c", As("yado move stranger 10.199.0.1:1991")).Refuses(1, "not of this cluster");

        hosts.On("h2", "sh", "-c", As("yado ps --json")).Succeeds().Output.ShouldContain("\"state\": \"running\"");
        hosts.On("h2", "sh", "-c", As($"yado kill stranger; kill $(cat {home}/daemon.lock)")).Succeeds();
    }

    [Fact]
    public void A_host_joins_once_and_a_token_that_was_used_is_refused()
    {
        string token = hosts.YadoOn("h1", "cluster", "token").Succeeds().Output.Trim();
        string Join(string name) => $"YADO_HOME={hosts.File_(name)} yado cluster join 10.199.0.1:1991 {token} --name {name} --address 10.199.0.9";

        hosts.On("h2", "sh", "-c", Join("guest")).Succeeds();

        hosts.On("h2", "sh", "-c", Join("thief")).Refuses(5);
        JsonElement status = JsonDocument.Parse(hosts.On("h2", "sh", "-c", $"YADO_HOME={hosts.File_("guest")} yado cluster status --json").Succeeds().Output).RootElement;
        status.GetProperty("name").GetString().ShouldBe("guest");
        status.GetProperty("cluster").GetString().ShouldBe(
            JsonDocument.Parse(hosts.YadoOn("h1", "cluster", "status", "--json").Succeeds().Output).RootElement.GetProperty("cluster").GetString());
        hosts.YadoOn("h2", "cluster", "token").Refuses(1, "yado cluster init");
        hosts.YadoOn("h1", "cluster", "init").Refuses(1, "belongs to a cluster already");
    }

    [Fact]
    public void The_local_door_opens_to_its_user_and_to_root_only()
    {
        // A socket that everybody may connect to, in a place that everybody may enter: only the daemon is in the way.
        string home = hosts.File_("open");
        hosts.On("h2", "sh", "-c", $"YADO_HOME={home} yado host --name open </dev/null >{home}.log 2>&1 &").Succeeds();
        Until.Holds(() => hosts.On("h2", "sh", "-c", $"YADO_HOME={home} yado hosts").Output.Contains("open ", StringComparison.Ordinal), () => "the daemon does not come up");
        hosts.On("h2", "sh", "-c", $"chmod a+rx {hosts.Files} {home} && chmod a+rw {home}/daemon.sock").Succeeds();

        hosts.On("h2", "/usr/bin/python3", "-c", LocalRequest, $"{home}/daemon.sock").Succeeds().Output.Trim().ShouldBe("HTTP/1.1 200");
        if (Environment.IsPrivilegedProcess)
        {
            hosts.On("h2", "setpriv", "--reuid=65534", "--clear-groups", "/usr/bin/python3", "-c", LocalRequest, $"{home}/daemon.sock").Succeeds().Output.Trim().ShouldBeEmpty();
        }

        hosts.On("h2", "sh", "-c", $"kill $(cat {home}/daemon.lock)").Succeeds();
    }
}
