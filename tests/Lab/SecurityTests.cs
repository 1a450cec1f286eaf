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

    /// <summary>Many connections that say nothing, or half a request, to both doors of a daemon; then the daemon is asked.</summary>
    private const string Crowd =
        """
        import os, resource, socket, struct, subprocess, sys
        home, yado = sys.argv[1:3]
        resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
        held = []
        for n in range(1500):
            for family, end in ((socket.AF_INET, ("10.199.0.2", 2995)), (socket.AF_UNIX, home + "/daemon.sock")):
                # A unix socket that may not block is refused while the queue is full (connect(2)): it waits in the kernel.
                s = socket.socket(family); s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 60, 0)); s.connect(end); s.settimeout(60)
                if n % 2:
                    try: s.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: yado\r\n")
                    except ConnectionError: pass
                held.append(s)
        asked = subprocess.run([yado, "hosts"], env=dict(os.environ, YADO_HOME=home), capture_output=True, text=True, timeout=120)
        print(asked.stderr)
        print("served" if asked.returncode == 0 else "not served")
        """;

    /// <summary>Listens where a host was, and writes down whatever it hears, behind its pid.</summary>
    private const string Stranger =
        """
        import os, socket, sys
        s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", 2996)); s.listen()
        with open(sys.argv[1], "wb", buffering=0) as heard:
            heard.write(b"%d\n" % os.getpid())
            while True:
                c, _ = s.accept(); c.settimeout(2)
                try:
                    heard.write(c.recv(65536))
                except OSError:
                    pass
                c.close()
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
    public void A_crowd_that_says_nothing_leaves_the_local_door_served()
    {
        // Few descriptors, so that the crowd is more than there could ever be.
        string home = hosts.File_("crowded");
        string As(string command) => $"YADO_HOME={home} {command}";
        hosts.YadoOn("h1", "cluster", "give", "--home", home, "--name", "crowded", "--address", "10.199.0.2").Succeeds();
        hosts.On("h2", "sh", "-c", As($"sh -c 'ulimit -n 300; exec yado host --listen 10.199.0.2:2995' </dev/null >{home}.log 2>&1 &")).Succeeds();
        Until.Holds(() => hosts.On("h2", "sh", "-c", As("yado hosts")).Output.Contains("crowded ", StringComparison.Ordinal), () => "the daemon does not come up");

        Ending crowd = hosts.On("h2", "/usr/bin/python3", "-c", Crowd, home, Yado.Program).Succeeds();

        string[] told = crowd.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        told[^1].ShouldBe("served");
        hosts.On("h2", "sh", "-c", As("yado hosts")).Succeeds().Output.ShouldContain("crowded ");
        hosts.On("h2", "sh", "-c", $"kill $(head -1 {home}/daemon.lock)").Succeeds();
    }

    [Fact]
    public void What_other_hosts_may_ask_is_what_was_accepted()
    {
        string home = hosts.File_("choosy");
        string As(string command) => $"YADO_HOME={home} {command}";
        hosts.YadoOn("h1", "cluster", "give", "--home", home, "--name", "choosy", "--address", "10.199.0.2").Succeeds();
        void Start(string options)
        {
            hosts.On("h2", "sh", "-c", As($"yado host --listen 10.199.0.2:2994 --peer 10.199.0.1:1991 {options} </dev/null >>{home}.log 2>&1 &")).Succeeds();
            Until.Holds(() => System.Text.RegularExpressions.Regex.IsMatch(hosts.YadoOn("h1", "hosts").Output, @"choosy +10.199.0.2:2994"), () => "the daemon does not come up");
        }

        Start("--accept none");
        hosts.YadoOn("h1", "run", "--detach", "--host", "choosy", "--name", "asked", "--", "sleep", "1000").Refuses(5, "--accept start");
        hosts.Start("h1", "offered", "sleep", "1000");
        hosts.YadoOn("h1", "move", "offered", "choosy").Refuses(5, "--accept move");
        hosts.Job("h1", "offered").GetProperty("state").GetString().ShouldBe("running");
        hosts.YadoOn("h1", "drain", "choosy").Refuses(5, "--accept drain");
        hosts.On("h2", "sh", "-c", As("yado run --detach --name own -- sleep 1000")).Succeeds();
        hosts.YadoOn("h1", "kill", "own").Refuses(5, "--accept signal");
        hosts.On("h2", "sh", "-c", $"kill $(head -1 {home}/daemon.lock)").Succeeds();

        Until.Holds(() => hosts.On("h2", "sh", "-c", $"kill -0 $(head -1 {home}/daemon.lock)").Status != 0, () => "the daemon does not end");
        Start("--accept move,signal --accept-users all");
        // It was known before, so that being listed does not say that it is up.
        Until.Holds(() => hosts.YadoOn("h1", "run", "--detach", "--host", "choosy", "--name", "early", "--", "sleep", "1000").Status != 1, () => "the daemon does not come back");
        hosts.YadoOn("h1", "run", "--detach", "--host", "choosy", "--name", "asked", "--", "sleep", "1000").Refuses(5, "--accept start");
        hosts.YadoOn("h1", "move", "offered", "choosy").Succeeds();
        hosts.YadoOn("h1", "kill", "own").Succeeds();
        hosts.YadoOn("h1", "kill", "offered").Succeeds();
        hosts.On("h2", "sh", "-c", $"kill $(head -1 {home}/daemon.lock)").Succeeds();
    }

    [Fact]
    public void A_stranger_at_the_address_of_a_host_that_has_died_gets_no_byte_of_an_offer()
    {
        string home = hosts.File_("mortal");
        string As(string command) => $"YADO_HOME={home} {command}";
        hosts.YadoOn("h1", "cluster", "give", "--home", home, "--name", "mortal", "--address", "127.0.0.1").Succeeds();
        hosts.On("h1", "sh", "-c", As($"yado host --listen 127.0.0.1:2996 --accept all --accept-users all --peer 10.199.0.1:1991 </dev/null >{home}.log 2>&1 &")).Succeeds();
        Until.Holds(() => System.Text.RegularExpressions.Regex.IsMatch(hosts.YadoOn("h1", "hosts").Output, @"mortal +127.0.0.1:2996"), () => "the daemon does not come up");
        hosts.Start("h1", "secret", "sleep", "1000");
        hosts.On("h1", "sh", "-c", $"kill -9 $(head -1 {home}/daemon.lock)").Succeeds();

        // One without a certificate, then one with that of another host.
        string heard = hosts.File_("heard");
        hosts.On("h1", "sh", "-c", $"/usr/bin/python3 -c \"$0\" {heard} </dev/null >/dev/null 2>&1 &", Stranger).Succeeds();
        Until.Holds(() => File.Exists(heard), () => "the stranger does not listen");
        hosts.YadoOn("h1", "move", "secret", "mortal").Refuses(1);
        hosts.YadoOn("h1", "move", "secret", "127.0.0.1:2996").Refuses(1);
        hosts.On("h1", "sh", "-c", $"kill $(head -1 {heard})").Succeeds();
        File.ReadAllText(heard).ShouldNotContain("POST");
        File.ReadAllText(heard).ShouldNotContain("secret");

        string other = hosts.File_("other");
        hosts.YadoOn("h1", "cluster", "give", "--home", other, "--name", "other", "--address", "10.199.0.8").Succeeds();
        hosts.On("h1", "sh", "-c", $"YADO_HOME={other} yado host --listen 127.0.0.1:2996 --accept all --accept-users all </dev/null >{other}.log 2>&1 &").Succeeds();
        Until.Holds(() => File.Exists(Path.Combine(other, "daemon.sock")), () => "the other host does not come up");
        Until.Holds(() => hosts.YadoOn("h1", "move", "secret", "mortal") is { Status: 1 or 4 } refused && !refused.Errors.Contains("answers at", StringComparison.Ordinal), () => "the job is moved, or the address is silent");

        hosts.Job("h1", "secret").GetProperty("host").GetString().ShouldBe("h1");
        // It may know of it, as of all jobs of the cluster, once the two have greeted each other; it has not got it.
        hosts.On("h1", "sh", "-c", $"YADO_HOME={other} yado ps --all --json").Succeeds().Output.ShouldNotContain("\"host\": \"other\"");
        hosts.YadoOn("h1", "kill", "secret").Succeeds();
        hosts.On("h1", "sh", "-c", $"kill $(head -1 {other}/daemon.lock)").Succeeds();
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
